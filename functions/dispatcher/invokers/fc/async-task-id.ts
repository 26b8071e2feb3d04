/** The id of an asynchronous call, by which Function Compute knows a call that it has accepted before. Pure. */
import { createHash } from 'node:crypto';
import type { RecordBatch } from '../../../../shared/records.ts';

/** Who sends a batch, and on which occasion. */
export interface Sending {
  readonly connector: string;
  readonly groupId: string;
  /** `InvokeContext.occasion`. */
  readonly occasion: string | undefined;
}

/** Of the same records, sent on the same occasion, always the same; `[A-Za-z_][A-Za-z0-9_-]{0,127}`. Function Compute keeps ids for seven days
 *  and runs no second call of one, so everything that is to run again must differ in something:
 *  - other records: topic, partition, and each offset with its timestamp (a topic that was remade has the offsets again, at other times);
 *  - another connector or group that reads the same;
 *  - a group that was moved back, and a redrive: the occasion.
 *  A batch that was cut otherwise after a crash has other offsets, so its records may run twice. */
export function asyncTaskId(batch: RecordBatch, { connector, groupId, occasion = '' }: Sending): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([connector, groupId, occasion, batch.topic, batch.partition]));
  for (const { block, from, to } of batch.segments) {
    for (let index = from; index < to; index++) hash.update(`,${block.offsets[index]}@${block.timestamps[index]}`);
  }
  return `spillway-${hash.digest('hex')}`;
}
