import { describe, expect, it } from 'vitest';
import { normaliseEvent } from '../../../../shared/envelope/normalise.ts';
import { recordAt, recordsOf } from '../../../../shared/records.ts';
import { everyEvent } from '../../../../shared/test-events/every-event.ts';

const events = everyEvent();

describe('events in every form and shape', () => {
  it.each(events)('$name is read as the records that are in it, headers included', ({ form, name, text, records }) => {
    const read = normaliseEvent(Buffer.from(text));
    expect(read.form).toBe(form);
    expect(read.batches.map(({ topic, count }) => [topic, count])).toEqual([[name, records.count]]);
    const found = read.batches.flatMap((batch) => [...recordsOf(batch)]);
    expect(found).toEqual(Array.from({ length: records.count }, (_, index) => recordAt(records, index)));
  });

  it('differ in what triggers are known to do differently', () => {
    const texts = new Map(events.map(({ name, text }) => [name, text]));
    const parsed = (name: string) => JSON.parse(texts.get(name) ?? '') as unknown;
    expect(parsed('raw-array')).toMatchObject([
      { headers: [{ key: 'trace' }, {}, {}, {}], value: { id: 'order-000001' } },
      { headers: { headers: [{}, {}, {}, {}], isReadOnly: false }, value: { id: 'walk-in' } },
      { headers: [{}, {}, {}, {}] },
      { headers: { isReadOnly: false }, value: expect.any(String) },
      { value: { id: 'order-000003' } },
    ]);
    expect(parsed('raw-bare')).toMatchObject({ key: 'order-000001', value: expect.any(String) });
    expect(parsed('raw-bare-keyless')).not.toHaveProperty('key');
    expect(parsed('raw-bare-tombstone')).not.toHaveProperty('value');
    expect(parsed('cloudevents-bare')).toMatchObject({ specversion: '1.0', data: { offset: 0 } });
    expect(parsed('cloudevents-strings-bare')).toEqual(expect.stringContaining('"specversion"'));
    expect(parsed('envelope-bare-tombstone')).toMatchObject({ valueSize: 0, overflowFlag: false });
  });
});
