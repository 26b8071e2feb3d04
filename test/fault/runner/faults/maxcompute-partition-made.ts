import type { Fault } from '../fault.ts';
import type { SentRecord } from '../ledger.ts';
import { untilBefallen } from './held-request.ts';

const PARTITIONS = 2;
const RECORDS = 40;

/** Records of a new topic come, whose partition of the table is not there yet. Between the answer that says so and the statement that
 *  would create it somebody else creates it. */
export const fault: Fault = {
  name: 'maxcompute-partition-made',
  class: 'partition created by somebody else',
  weight: 1,
  comesFirst: true,
  holdMs: [0, 500],
  async inject({ maxcompute, apart, say }) {
    const topic = `stored-${apart.topics.length}` as const;
    await apart.topic(topic, PARTITIONS);
    await maxcompute.runSql(`ALTER TABLE rows_apart ADD PARTITION (pt='${topic}')`);
    // The answer of a moment ago.
    const missing = { kind: 'status', status: 404, code: 'NoSuchPartition' } as const;
    const answered = untilBefallen(maxcompute, { ...missing, operation: 'upload.create', table: 'rows_apart' });
    const sent: (readonly SentRecord[])[] = [];
    for (let partition = 0; partition < PARTITIONS; partition++)
      sent.push(await apart.send(topic, partition, Array(RECORDS).fill('plain')));
    await answered;
    say(`pt=${topic}`);
    return () => apart.taken(sent.flatMap((each) => each.slice(-1)));
  },
};
