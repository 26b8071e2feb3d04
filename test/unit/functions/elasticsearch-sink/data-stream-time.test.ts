import { expect, it } from 'vitest';
import { dataStreamTime } from '../../../../functions/elasticsearch-sink/data-stream-time.ts';

it('is the record time, or a field', () => {
  expect(dataStreamTime('record-timestamp')).toEqual({ kind: 'record-timestamp' });
  expect(dataStreamTime('field:/a/time')).toEqual({
    kind: 'field',
    pointer: { text: '/a/time', steps: ['a', 'time'] },
  });
});

it.each(['', 'field:', 'field:time', '/time', 'header:time'])('is not %j', (text) => {
  expect(dataStreamTime(text)).toBeUndefined();
});
