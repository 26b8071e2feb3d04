/** Decodes Fetch answers partition by partition, records left as bytes.
 *  Layout: https://kafka.apache.org/protocol.html#The_Messages_Fetch, versions 4 to 11. */
import { FatalError } from '../../errors.ts';
import { readOffset } from './offset.ts';

/** A transaction that was rolled back: records of `producerId` from `firstOffset` to its abort marker are invisible. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Kafka error code of this partition alone. */
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  /** Where the log begins; -1 below version 5. */
  readonly logStartOffset: number;
  readonly abortedTransactions: readonly AbortedTransaction[];
  /** Record batches as stored, the last perhaps cut off; a view into the answer. */
  readonly records: Buffer;
}

export interface FetchAnswer {
  /** Error code of the whole request; 0 below version 7. */
  readonly errorCode: number;
  readonly partitions: readonly FetchedPartition[];
  /** The answer as it came, which `records` of the partitions point into. */
  readonly payload: Buffer;
}

const OLDEST = 4;
const NEWEST = 11;

/** Reads big-endian fields one after the other. */
class Reader {
  #at = 0;
  readonly #bytes: Buffer;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }
  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }
  int64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }
  offset(): number {
    this.#at += 8;
    return readOffset(this.#bytes, this.#at - 8);
  }
  string(): string {
    return this.#take(this.int16()).toString('utf8');
  }
  bytes(): Buffer {
    return this.#take(this.int32());
  }
  #take(length: number): Buffer {
    const end = this.#at + Math.max(length, 0);
    if (end > this.#bytes.length) {
      throw new FatalError(
        'FETCH_ANSWER_CORRUPT',
        `a Fetch answer ends in the middle of a field (${end} of ${this.#bytes.length} bytes)`,
      );
    }
    const view = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return view;
  }
  times<T>(count: number, read: () => T): T[] {
    return Array.from({ length: Math.max(count, 0) }, read);
  }
}

function readPartition(reader: Reader, version: number, topic: string): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.offset();
  const lastStableOffset = reader.offset();
  const logStartOffset = version >= 5 ? reader.offset() : -1;
  const abortedTransactions = reader.times(reader.int32(), () => ({
    producerId: reader.int64(),
    firstOffset: reader.offset(),
  }));
  if (version >= 11) reader.int32(); // preferred read replica: only sent to clients that name their rack
  const offsets = { highWatermark, lastStableOffset, logStartOffset };
  return { topic, partition, errorCode, ...offsets, abortedTransactions, records: reader.bytes() };
}

/** Decodes the body of a Fetch answer of `version` 4 to 11.
 *  @throws FatalError `FETCH_ANSWER_CORRUPT`, `OFFSET_UNSAFE` */
export function decodeFetchResponse(payload: Buffer, version: number): FetchAnswer {
  if (version < OLDEST || version > NEWEST) {
    throw new FatalError(
      'KAFKA_TOO_OLD',
      `the broker speaks Fetch version ${version}, this client ${OLDEST} to ${NEWEST} (Kafka 0.11 or newer)`,
    );
  }
  const reader = new Reader(payload);
  reader.int32(); // throttle time: the broker itself holds its answers back
  const errorCode = version >= 7 ? reader.int16() : 0;
  if (version >= 7) reader.int32(); // fetch session, not used
  const partitions = reader
    .times(reader.int32(), () => {
      const topic = reader.string();
      return reader.times(reader.int32(), () => readPartition(reader, version, topic));
    })
    .flat();
  return { errorCode, partitions, payload };
}
