/** A record that a person sends to see whether it arrives. Pure. */
import type { ProducerRecord } from '../../../shared/kafka/driver.ts';
import type { RecordHeader } from '../../../shared/records.ts';

/** Marks a test record; its value is the id of the test. */
const TEST_HEADER = 'spillway.test';

/** As it was asked for. What is left out is filled in; null is null. */
export interface TestContent {
  readonly key?: Buffer | null;
  readonly value?: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

/** The record to send, its mark behind the headers. By default it has a key, for topics that are compacted and targets that need one, and a JSON
 *  object as its value. */
export function testRecord(id: string, { key, value, headers }: TestContent, now: number): ProducerRecord {
  const content = { test: id, at: new Date(now).toISOString(), from: 'spillway' };
  return {
    key: key === undefined ? Buffer.from('spillway-test') : key,
    value: value === undefined ? Buffer.from(JSON.stringify(content)) : value,
    headers: [...headers, { key: TEST_HEADER, value: Buffer.from(id) }],
    timestamp: now,
  };
}

/** Id of the test that the record was sent for. The last header of that name counts: a redriven record has marks of its own behind it. */
export function testIdOf(headers: readonly RecordHeader[]): string | undefined {
  return headers.findLast(({ key }) => key === TEST_HEADER)?.value?.toString('utf8');
}
