import { describe, expect, it } from 'vitest';
import { encodeEnvelope, PLAIN_ENVELOPE } from '../../../../shared/envelope/encode.ts';
import { normaliseEvent } from '../../../../shared/envelope/normalise.ts';
import { recordsOf } from '../../../../shared/records.ts';
import { EVENT_FORMS, renderEvent } from '../../../../shared/test-events/render-event.ts';
import { sampleRecords } from '../../../../shared/test-events/sample-records.ts';

describe.each(EVENT_FORMS)('a test event of the form %s', (form) => {
  it('is recognised as such, with every record as it is', () => {
    const event = normaliseEvent(renderEvent(sampleRecords('orders', 7), form));
    expect(event.form).toBe(form);
    const [batch] = event.batches;
    if (batch === undefined) throw new Error('no batch');
    const records = [...recordsOf(batch)];
    expect(records.map(({ topic, partition, offset }) => [topic, partition, offset])).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((offset) => ['orders', 0, offset]),
    );
    expect(records[0]?.value?.toString()).toContain('杭州');
    expect(records[1]).toMatchObject({ key: null });
    expect(records[1]?.value).not.toBeNull();
    expect(records[2]).toMatchObject({ value: null, valueSize: 0 });
    expect(records[2]?.key).toEqual(records[0]?.key);
    // The same envelope whatever form it came in.
    expect(encodeEnvelope(batch, PLAIN_ENVELOPE).toString()).toBe(
      JSON.stringify(JSON.parse(renderEvent(sampleRecords('orders', 7), 'envelope'))),
    );
  });

  it('is the same each time', () => {
    expect(renderEvent(sampleRecords('a', 5), form)).toBe(renderEvent(sampleRecords('a', 5), form));
  });
});
