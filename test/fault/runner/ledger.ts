import type { TopicPartition } from '../../../shared/records.ts';

import type { RecordKind } from './content.ts';

/** What became of a record on its way into Kafka: nobody knows (`sent`), confirmed, or part of an aborted transaction. */
export type SentState = 'sent' | 'acked' | 'aborted';

/** How a record came to be deleted: by Kafka itself, past the retention, by a newer record of its key or with its topic; or, once it was
 *  written, by somebody who deleted the index it was in. */
export type Deletion = 'retention' | 'compaction' | 'topic' | 'index';

export interface SentRecord extends TopicPartition {
  /** Unique in the run; the content follows from it, and from `kind`. */
  readonly n: number;
  /** Undefined: as the number says. */
  readonly kind: RecordKind | undefined;
  state: SentState;
  /** Where Kafka said it is; -1 until it is confirmed. */
  offset: number;
  /** When it was confirmed, epoch ms; 0 until then. */
  at: number;
  /** Somebody deleted it, perhaps before it was read. */
  deleted: Deletion | undefined;
}

/** Every record that was sent, by its number. */
export class Ledger {
  readonly #records: SentRecord[] = [];

  /** @param epoch epoch ms at which record time begins */
  constructor(readonly epoch: number) {}

  get records(): readonly SentRecord[] {
    return this.#records;
  }

  /** A new record, about to be sent to that partition. */
  next({ topic, partition }: TopicPartition, kind?: RecordKind): SentRecord {
    const record: SentRecord = {
      topic,
      partition,
      n: this.#records.length,
      kind,
      state: 'sent',
      offset: -1,
      at: 0,
      deleted: undefined,
    };
    this.#records.push(record);
    return record;
  }

  /** Kafka confirmed a request's records, the first of them at `baseOffset`. */
  acked(records: readonly SentRecord[], baseOffset: number): void {
    for (const [i, record] of records.entries()) {
      record.state = 'acked';
      record.offset = baseOffset + i;
      record.at = Date.now();
    }
  }

  /** They must be found nowhere. */
  aborted(records: readonly SentRecord[]): void {
    for (const record of records) record.state = 'aborted';
  }

  /** Whether they were committed is not known: they may be found or not. */
  doubtful(records: readonly SentRecord[]): void {
    for (const record of records) {
      record.state = 'sent';
      record.offset = -1;
    }
  }

  /** Kafka deleted offsets `from` (inclusive) to `to` (exclusive) of a partition: call it right after the deletion, and before a topic of the
   *  same name begins anew. Those of them that nobody had read become `gap`, but what a newer record of its key replaced is just gone. */
  deletedByKafka({ topic, partition }: TopicPartition, from: number, to: number, by: Deletion = 'retention'): void {
    for (const record of this.#records) {
      if (record.topic === topic && record.partition === partition && record.offset >= from && record.offset < to)
        record.deleted ??= by;
    }
  }

  /** Confirmed records of some topics: they must be somewhere. */
  acknowledged(ofTopic: (topic: string) => boolean): SentRecord[] {
    return this.#records.filter((record) => record.state === 'acked' && ofTopic(record.topic));
  }
}
