/** Which offset of a partition may be committed: one past the longest run of acked records, in delivery order.
 *
 * Offsets have gaps (compaction, transaction markers), so every tracked offset is kept until the run passes it. What is kept lies
 * in two rings that grow by doubling, and become smaller when less is asked of them; nothing is allocated per record.
 * Source: Kafka Connect's `SubmittedRecords`, KafkaConsumer javadoc (`commitSync`: the next record to read). */
import { FatalError } from './errors.ts';
import type { RecordBatch, RecordBlock, TopicPartition } from './records.ts';

/** Entries of a ring that holds nothing much; a power of two, as every capacity. */
const INITIAL_CAPACITY = 64;

/** One per assigned partition. Not re-entrant: call from the task loop only. */
export class OffsetTracker {
  readonly #tp: TopicPartition;
  #offsets = new Float64Array(INITIAL_CAPACITY);
  /** 1 where the record at the same place is acked. The head never is: it would have left the ring. */
  #acked = new Uint8Array(INITIAL_CAPACITY);
  #head = 0;
  #size = 0;
  /** The most that the rings held since they were empty. */
  #peak = 0;
  #unacked = 0;
  /** Everything before is tracked, or is nothing that will ever be delivered. */
  #position: number;
  /** Everything before is acked. */
  #runEnd: number;
  #committed: number;
  #revoked = false;

  /** @param position offset of the next record to deliver; it is committed already */
  constructor({ topic, partition }: TopicPartition, position: number) {
    this.#tp = { topic, partition };
    this.#position = position;
    this.#runEnd = position;
    this.#committed = position;
  }

  /** Records that are tracked and not acked. */
  get unacked(): number {
    return this.#unacked;
  }

  /** Whether everything tracked is acked. */
  get settled(): boolean {
    return this.#unacked === 0;
  }

  /** The record that holds the commit back; `undefined` when everything tracked is acked. */
  get firstUnacked(): number | undefined {
    return this.#size === 0 ? undefined : this.#offsets[this.#head];
  }

  /** Next offset that may be tracked. */
  get position(): number {
    return this.#position;
  }

  /** The last offset that `markCommitted` confirmed; the starting position before. */
  get committed(): number {
    return this.#committed;
  }

  /** Adds all records of a block, which are now to be acked.
   *  @throws FatalError `OFFSET_OUT_OF_ORDER` when one is not past everything tracked or advanced over before */
  track(block: RecordBlock): void {
    if (this.#revoked) return;
    const { offsets, count } = block;
    this.#reserve(this.#size + count);
    const ring = this.#offsets;
    const acked = this.#acked;
    const mask = ring.length - 1;
    const tail = this.#head + this.#size;
    let position = this.#position;
    let taken = 0;
    while (taken < count) {
      const offset = offsets[taken] ?? Number.NaN;
      if (!(offset >= position)) break;
      const at = (tail + taken++) & mask;
      ring[at] = offset;
      acked[at] = 0;
      position = offset + 1;
    }
    this.#size += taken;
    this.#peak = Math.max(this.#peak, this.#size);
    this.#unacked += taken;
    this.#position = position;
    if (taken < count) throw this.#outOfOrder(offsets[taken] ?? Number.NaN);
  }

  /** Acks one record. Ignored once revoked.
   *  @throws FatalError `OFFSET_UNKNOWN` when it is not tracked, or left with the acked run before; `OFFSET_ACKED_TWICE` */
  ack(offset: number): void {
    if (this.#revoked) return;
    this.#ackAt(this.#find(offset), offset);
    this.#advanceRun();
  }

  /** Whether a record that was tracked is acked. */
  isAcked(offset: number): boolean {
    const rank = this.#rankOf(offset);
    // What left the ring left it acked.
    return rank === undefined ? offset < this.#position : this.#acked[this.#place(rank)] === 1;
  }

  /** Acks every record of a batch. Ignored once revoked.
   *  @throws FatalError as `ack` */
  ackBatch(batch: RecordBatch): void {
    if (this.#revoked) return;
    for (const { block, from, to } of batch.segments) {
      for (let index = from; index < to; ) index = this.#ackRun(block, index, to);
    }
    this.#advanceRun();
  }

  /** The consumer's position: everything before it was delivered, or is a control, aborted or compacted record that never will be.
   *  A lower position than known says nothing new and is ignored. */
  advance(position: number): void {
    if (this.#revoked || position <= this.#position) return;
    this.#position = position;
    if (this.#size === 0) this.#runEnd = position;
  }

  /** Offset to commit: one past the longest acked run, or the consumer's position when everything tracked is acked; `undefined` when
   *  that is committed already, and for ever once revoked. Never moves backwards, never passes an unacked record. */
  committable(): number | undefined {
    return !this.#revoked && this.#runEnd > this.#committed ? this.#runEnd : undefined;
  }

  /** The broker confirmed a commit of `offset`. An older one than known is ignored.
   *  @throws FatalError `OFFSET_UNKNOWN` when `offset` is past what `committable` ever gave */
  markCommitted(offset: number): void {
    if (offset > this.#runEnd) {
      throw this.#error('OFFSET_UNKNOWN', offset, `was committed, but only what is before ${this.#runEnd} is acked`);
    }
    if (offset > this.#committed) this.#committed = offset;
  }

  /** The partition is no longer ours: nothing is tracked or committable from here on, and late acks are ignored. */
  revoke(): void {
    this.#revoked = true;
    this.#size = 0;
    this.#unacked = 0;
  }

  /** Offset at `rank` places after the head; NaN past the end. */
  #offsetAt(rank: number): number {
    if (rank >= this.#size) return Number.NaN;
    return this.#offsets[this.#place(rank)] ?? Number.NaN;
  }

  /** Rank of `offset` in the ring, by bisection: offsets ascend. */
  #find(offset: number): number {
    const rank = this.#rankOf(offset);
    if (rank === undefined)
      throw this.#error('OFFSET_UNKNOWN', offset, 'was acked, but is not tracked or was acked before');
    return rank;
  }

  #place(rank: number): number {
    return (this.#head + rank) & (this.#offsets.length - 1);
  }

  #rankOf(offset: number): number | undefined {
    let low = 0;
    let high = this.#size - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.#offsetAt(middle);
      if (found === offset) return middle;
      if (found < offset) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  #ackAt(rank: number, offset: number): void {
    const at = this.#place(rank);
    if (this.#acked[at] === 1) throw this.#error('OFFSET_ACKED_TWICE', offset, 'was acked a second time');
    this.#acked[at] = 1;
    this.#unacked--;
  }

  /** Acks records of a block from `from` on, as long as they lie side by side here, too; the records of a batch mostly do.
   *  @returns the first that is not acked: it lies elsewhere, or is `to` */
  #ackRun({ offsets }: RecordBlock, from: number, to: number): number {
    const rank = this.#find(offsets[from] ?? Number.NaN);
    const ring = this.#offsets;
    const acked = this.#acked;
    const mask = ring.length - 1;
    const shift = this.#head + rank - from;
    const end = Math.min(to, from + this.#size - rank);
    let index = from;
    while (index < end) {
      const at = (shift + index) & mask;
      if (ring[at] !== offsets[index] || acked[at] === 1) break;
      acked[at] = 1;
      index++;
    }
    this.#unacked -= index - from;
    // It is here, but was acked before.
    if (index === from) this.#ackAt(rank, offsets[from] ?? Number.NaN);
    return index;
  }

  /** Drops the acked run from the head of the ring. */
  #advanceRun(): void {
    const acked = this.#acked;
    const mask = acked.length - 1;
    let run = 0;
    while (run < this.#size && acked[(this.#head + run) & mask] === 1) run++;
    if (run === 0 && this.#size > 0) return;
    if (run > 0) this.#runEnd = this.#offsetAt(run - 1) + 1;
    this.#head = (this.#head + run) & mask;
    this.#size -= run;
    if (this.#size > 0) return;
    this.#runEnd = this.#position;
    this.#head = 0;
    this.#shrink();
  }

  /** Called when nothing is held. Gives half back where less than a quarter was used: who needs the whole again and again keeps it. */
  #shrink(): void {
    const capacity = this.#offsets.length;
    if (capacity > INITIAL_CAPACITY && this.#peak < capacity / 4) this.#resize(capacity / 2);
    this.#peak = 0;
  }

  #reserve(size: number): void {
    let capacity = this.#offsets.length;
    while (capacity < size) capacity *= 2;
    if (capacity > this.#offsets.length) this.#resize(capacity);
  }

  #resize(capacity: number): void {
    const offsets = new Float64Array(capacity);
    const acked = new Uint8Array(capacity);
    const mask = this.#offsets.length - 1;
    for (let rank = 0; rank < this.#size; rank++) {
      const at = (this.#head + rank) & mask;
      offsets[rank] = this.#offsets[at] ?? 0;
      acked[rank] = this.#acked[at] ?? 0;
    }
    this.#offsets = offsets;
    this.#acked = acked;
    this.#head = 0;
  }

  #outOfOrder(offset: number): FatalError {
    return this.#error(
      'OFFSET_OUT_OF_ORDER',
      offset,
      `was delivered, but everything before ${this.#position} was passed`,
    );
  }

  #error(code: string, offset: number, what: string): FatalError {
    return new FatalError(
      code,
      `offset ${offset} of ${this.#tp.topic}-${this.#tp.partition} ${what}; a defect of Spillway, please report it with the log: ` +
        'the task stops, offsets stay, and what is not acked is read again after a restart',
      { context: { ...this.#tp, offset } },
    );
  }
}
