/** The way fetched records are decoded: our own, or kafkajs' as the fall-back (`kafka.fetch`). */
import type { RecordBlock } from '../../records.ts';
import type { FetchWay } from '../driver.ts';
import { KafkajsRecordDecoder } from './kafkajs-record-decoder.ts';
import { RecordDecoder } from './record-batch.ts';
import type { FetchedRecords, RecordSource } from './record-source.ts';

export interface DecodedRecords {
  /** In offset order, none empty. */
  readonly blocks: readonly RecordBlock[];
  /** One past the last offset that the complete batches cover, visible or not; `fetchOffset` when there was none. */
  readonly nextOffset: number;
}

/** The records of one fetched partition, decoded as they are asked for. */
export function recordSource(way: FetchWay, fetched: FetchedRecords): RecordSource {
  return way === 'fast' ? new RecordDecoder(fetched) : new KafkajsRecordDecoder(fetched);
}

/** Decodes fetched record batches, all at once; counts nothing.
 *  @throws as `RecordSource.blocks` does */
export async function decodeRecords(way: FetchWay, fetched: Omit<FetchedRecords, 'memory'>): Promise<DecodedRecords> {
  const source = recordSource(way, fetched);
  const blocks: RecordBlock[] = [];
  for await (const block of source.blocks()) blocks.push(block);
  return { blocks, nextOffset: source.nextOffset };
}
