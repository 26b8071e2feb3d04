import { expect, it } from 'vitest';
import {
  hasIsoTime,
  ISO_TIME_BYTES,
  IsoTimeWriter,
} from '../../../../../functions/elasticsearch-sink/document/iso-time.ts';
import { RandomContents } from '../../../../helpers/kernel/random-contents.ts';

it('writes what toISOString does', () => {
  const random = new RandomContents(3);
  const writer = new IsoTimeWriter();
  const edges = [
    '0000-01-01T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
    '1970-01-01T00:00:00.000Z',
    '2024-02-29T23:59:59.999Z',
  ];
  const times = [...edges.map((text) => Date.parse(text)), -2, 86_399_999, 86_400_000];
  for (let i = 0; i < 5_000; i++) times.push(1_700_000_000_000 + random.below(2 ** 31) * (1 + random.below(100)) - i);
  for (const time of times) {
    const target = Buffer.alloc(ISO_TIME_BYTES + 2, '.');
    expect(hasIsoTime(time)).toBe(true);
    writer.write(target, 1, time);
    expect(target.toString()).toBe(`.${new Date(time).toISOString()}.`);
  }
});

it('has none for no time, or years of other than four digits', () => {
  const [first, last] = [Date.parse('0000-01-01T00:00:00.000Z'), Date.parse('9999-12-31T23:59:59.999Z')];
  for (const time of [-1, Number.NaN, Infinity, 0.5, first - 1, last + 1, 1.7e18]) expect(hasIsoTime(time)).toBe(false);
});
