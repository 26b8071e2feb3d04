import { expect } from 'vitest';
import type { Invoker } from '../../functions/dispatcher/invokers/invoker.ts';
import { Ledger } from '../../functions/dispatcher/ledger.ts';
import { PartitionPipeline } from '../../functions/dispatcher/partition-pipeline.ts';
import { BlockBuilder } from '../../shared/envelope/block-builder.ts';
import { keyAt } from '../../shared/records.ts';
import { pipelineDepsForTests } from './dispatcher.ts';
import { ManualClock, settle } from './manual-clock.ts';

export type Roll = (n: number) => number;

/** Numbers below `n`, the same for the same seed (mulberry32). */
function dice(seed: number): Roll {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

export interface Entry {
  readonly offset: number;
  readonly window: string;
  /** The target will refuse it. */
  readonly refused: boolean;
}

/** Records with gaps between their offsets, in windows that come back late. */
function logOf(roll: Roll, windows: number, farApart: boolean): Entry[] {
  let offset = roll(5);
  return Array.from({ length: (farApart ? 200 : 60) + roll(120) }, () => {
    if (farApart) offset += 1 + roll(10_000_000);
    else offset += roll(6) === 0 ? 1 + roll(7) : 1;
    return { offset, window: `w${roll(windows)}`, refused: roll(15) === 0 };
  });
}

/** Calls of a target that take their time, as long as it is not calm. */
export class Hesitation {
  calm = false;
  #late: (() => void)[] = [];

  constructor(readonly roll: Roll) {}

  /** Hangs until it is released, once in `n` times. */
  async maybe(n: number): Promise<void> {
    if (!this.calm && this.roll(n) === 0) await new Promise<void>((resolve) => this.#late.push(resolve));
  }

  /** Lets some of the calls that hang go on, or all. */
  release(all: boolean): void {
    const [now, later] = all ? [this.#late, []] : [this.#late.slice(1), this.#late.slice(0, 1)];
    this.#late = later;
    for (const go of now) go();
  }
}

export interface LivesOptions {
  readonly seed: number;
  readonly windows: number;
  readonly maxRecords: number;
  readonly errorsPolicy?: 'continue' | 'stop';
  /** A stop mark is lifted by the owner that holds it, at the end of its life, instead of by each one that comes. */
  readonly liftsInPlace?: boolean;
  /** Kafka deletes records between one life and the next, those that are not read yet among them. */
  readonly retention?: boolean;
  /** Offsets are so far apart, and fetches so large, that with many windows plans find no room in the commit metadata. */
  readonly farApart?: boolean;
  readonly target: (log: readonly Entry[], hesitation: Hesitation) => Invoker;
}

export interface LivesResult {
  readonly log: readonly Entry[];
  /** Offsets that reached the error topic, repeats included. */
  readonly reported: readonly number[];
  /** The last commit is past every record. */
  readonly caughtUp: boolean;
  /** Kafka deleted these before they were read by an owner that could settle them. */
  readonly deleted: ReadonlySet<number>;
  /** Steps at which the partition was not read since no more batches could be planned. */
  readonly fullSteps: number;
}

function blockOf(entries: readonly Entry[]) {
  const builder = new BlockBuilder({ topic: 'orders', partition: 0 });
  for (const { offset, window } of entries) {
    builder.add({ offset, timestamp: 0, key: Buffer.from(window), value: Buffer.from(`v${offset}`) });
  }
  return builder.build();
}

/** Leads a partition under `exactly-once` through one owner after another, each cut off at a random moment (calls, commits and their replies
 *  under way are lost, or land later), until a last owner for whom nothing fails. Under `stop` each owner lifts the stop mark
 *  that it finds. */
export async function partitionLives(options: LivesOptions): Promise<LivesResult> {
  const roll = dice(options.seed);
  const farApart = options.farApart ?? false;
  // A refused record, deleted before it is read again, that was the first of its batch, is one coincidence too many: see decision 16.
  const log = logOf(roll, options.windows, farApart).map((entry) =>
    options.retention ? { ...entry, refused: false } : entry,
  );
  const end = (log.at(-1)?.offset ?? 0) + 1 + roll(3);
  const hesitation = new Hesitation(roll);
  const invoker = options.target(log, hesitation);
  const clock = new ManualClock();
  const reported: number[] = [];
  let broker = { offset: 0, metadata: '' };
  const deps = () =>
    pipelineDepsForTests(invoker, clock, {
      limits: { maxRecords: options.maxRecords, maxBytes: 50_000, lingerMs: 400, maxOpenWindows: 3 },
      maxInFlight: 3,
      guarantee: 'exactly-once',
      phases: invoker.phases,
      windowOf: (block, index) => String(keyAt(block, index)),
      errorsPolicy: hesitation.calm ? 'continue' : (options.errorsPolicy ?? 'continue'),
      sinkErrors: {
        report: async (records) => {
          await hesitation.maybe(2);
          reported.push(...records.map(({ block, index }) => block.offsets[index] ?? -1));
        },
      },
    });
  const deleted = new Set<number>();
  let fullSteps = 0;
  const life = async (steps: number) => {
    const start = options.retention === true && roll(3) === 0 ? broker.offset + roll(12) : broker.offset;
    for (const { offset } of log) if (offset >= broker.offset && offset < start) deleted.add(offset);
    const place = { topic: 'orders', partition: 0, position: start, metadata: broker.metadata };
    const assigned = { ...place, committed: broker.offset };
    // As the driver does before it hands the partition over.
    if (start > broker.offset) broker = { offset: start, metadata: broker.metadata };
    const nothing = () => undefined;
    const failed = (error: Error) => {
      throw error;
    };
    const host = { pause: nothing, resume: nothing, settled: nothing, commitWanted: nothing, failed };
    const liftsInPlace = options.liftsInPlace === true && !hesitation.calm;
    const pipeline = new PartitionPipeline(assigned, !liftsInPlace, new Ledger(), deps(), host);
    let position = broker.offset;
    const commit = (reply: boolean, arrives: boolean) => {
      const entry = pipeline.toCommit;
      if (entry === undefined) return;
      expect(Buffer.byteLength(entry.metadata)).toBeLessThanOrEqual(4_096);
      expect(entry.offset).toBeGreaterThanOrEqual(broker.offset);
      if (arrives) broker = { offset: entry.offset, metadata: entry.metadata };
      if (reply && arrives) pipeline.committed(entry);
    };
    // Within the first tick. Dying before that drops the plan: nothing is lost, but what is in it may be repeated.
    if (start > assigned.committed) commit(true, true);
    for (let step = 0; step < steps && !(hesitation.calm && broker.offset >= end); step++) {
      const what = roll(8);
      if (what < 3) {
        const next = log.filter(({ offset }) => offset >= position).slice(0, 1 + roll(farApart ? 300 : 20));
        if (pipeline.pausedReason === undefined) {
          if (next.length > 0) pipeline.accept(blockOf(next), clock.now());
          position = next.length === 0 ? end : (next.at(-1)?.offset ?? 0) + 1;
          pipeline.progressed(position, end);
        }
      } else if (what < 6) commit(hesitation.calm || roll(5) > 0, hesitation.calm || roll(8) > 0);
      else {
        await clock.advance(150);
        pipeline.tick(clock.now());
      }
      if (hesitation.calm || roll(4) === 0) hesitation.release(hesitation.calm || roll(3) === 0);
      await settle();
      if (pipeline.pausedReason === 'plan') fullSteps++;
    }
    if (roll(2) === 0) {
      pipeline.fence();
      if (liftsInPlace) pipeline.liftStop();
      commit(true, roll(2) === 0);
    }
    pipeline.release();
    await settle();
  };
  for (let lives = 0; lives < 6; lives++) await life(5 + roll(60));
  hesitation.calm = true;
  hesitation.release(true);
  await settle();
  await life(20_000);
  return { log, reported, caughtUp: broker.offset >= end, deleted, fullSteps };
}

/** Checks what holds for every target: each record is at the target once, or, when it refuses it, in the error topic. */
export function expectEachOnce({ log, reported, caughtUp, deleted }: LivesResult, written: readonly number[]): void {
  const sorted = (offsets: Iterable<number>) => [...offsets].sort((a, b) => a - b);
  const left = log.filter(({ offset }) => !deleted.has(offset));
  const isLeft = (offset: number) => !deleted.has(offset);
  expect(sorted(new Set(written))).toEqual(sorted(written));
  expect(sorted(written.filter(isLeft))).toEqual(left.filter(({ refused }) => !refused).map(({ offset }) => offset));
  expect(sorted(new Set(reported.filter(isLeft)))).toEqual(
    left.filter(({ refused }) => refused).map(({ offset }) => offset),
  );
  expect(caughtUp).toBe(true);
}
