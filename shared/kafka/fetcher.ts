/** Reads the owned partitions: one loop for each broker that leads some of them. */
import { backoffMs } from '../backoff.ts';
import type { BufferPool } from '../buffer-pool.ts';
import { FatalError, RetriableError, toError } from '../errors.ts';
import { type MemoryAccount, UNCOUNTED } from '../memory-account.ts';
import { type BlockMemory, partitionName } from '../records.ts';
import type { Cluster } from './cluster.ts';
import type { ConsumerListener, ConsumerOptions } from './driver.ts';
import { KafkaCode, kafkaErrorName, refusal } from './error-codes.ts';
import { type FetchLimits, requestFetch } from './fetch-request.ts';
import { isUnwatched, UNWATCHED_MS } from './log-identity.ts';
import type { OwnedPartition } from './owned-partition.ts';
import { type RetryDeps, retrying } from './retrying.ts';
import { recordSource } from './wire/decode-records.ts';
import type { FetchAnswer, FetchedPartition } from './wire/fetch-response.ts';

/** A long poll cannot be changed once it waits. So polls are short while a partition of the same broker was paused a moment ago:
 *  back pressure resumes it soon, and it must not wait for the others' new records. */
const SHORT_POLL_MS = 20;
const PAUSED_LATELY_MS = 1_000;

export interface FetcherDeps extends RetryDeps {
  readonly cluster: Cluster;
  readonly listener: ConsumerListener;
  /** Everything owned at this moment. */
  readonly owned: () => Iterable<OwnedPartition>;
  /** The position is not in the log. Called once; the partition is held until `held` is cleared. */
  readonly outOfRange: (partition: OwnedPartition) => void;
  /** As `LogIdentity.confirm`: those that are in doubt after it are not delivered. */
  readonly confirm: (leader: number, partitions: readonly OwnedPartition[]) => Promise<void>;
  /** A partition in doubt has a leader again. Called once; it is held until `held` is cleared. */
  readonly doubtful: (partition: OwnedPartition) => void;
  /** The partition cannot be read any more, the others can. */
  readonly halt: (partition: OwnedPartition, error: FatalError) => void;
  /** As `requestFetch` takes it. */
  readonly watchdogMs: number | undefined;
  /** Nothing can be read any more. */
  readonly fail: (error: FatalError) => void;
  /** Where it is counted what fetches bring; nowhere when absent. */
  readonly memory?: MemoryAccount | undefined;
  /** Gets the memory of answers back, and lends that of opened batches. */
  readonly frames?: BufferPool | undefined;
}

type FetchOptions = FetchLimits & Pick<ConsumerOptions, 'fetchMaxWaitMs'>;

/** However many brokers share what one consumer may fetch. */
const MIN_FETCH_BYTES = 256 * 1024;

export class Fetcher {
  readonly #options: FetchOptions;
  readonly #deps: FetcherDeps;
  readonly #memory: MemoryAccount;
  readonly #stopped = new AbortController();
  /** Brokers with a running loop. */
  readonly #loops = new Set<number>();
  /** Partitions whose leader is being looked up. */
  readonly #lost = new Set<OwnedPartition>();
  #searching = false;
  #rotation = 0;
  #waking = false;

  constructor(options: FetchOptions, deps: FetcherDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#memory = deps.memory ?? UNCOUNTED;
  }

  /** Starts loops for brokers that have something to be fetched and no loop, once this turn's other calls have been made: where a thousand
   *  partitions become fetchable, they are looked through once. Call whenever a partition becomes fetchable. */
  wake(): void {
    if (this.#waking) return;
    this.#waking = true;
    queueMicrotask(() => {
      this.#waking = false;
      this.#startLoops();
    });
  }

  #startLoops(): void {
    if (this.#stopped.signal.aborted) return;
    const { metadata } = this.#deps.cluster;
    for (const partition of this.#deps.owned()) {
      if (!partition.fetchable) continue;
      const leader = metadata.leaderOf(partition.topic, partition.partition);
      if (leader === undefined) this.#findLeader(partition, 'LEADER_NOT_AVAILABLE');
      else this.#startLoop(leader);
    }
  }

  /** Nothing is delivered after this returns. */
  stop(): void {
    this.#stopped.abort(new FatalError('FETCHER_STOPPED', 'the consumer stopped'));
  }

  #startLoop(leader: number): void {
    if (this.#loops.has(leader)) return;
    this.#loops.add(leader);
    this.#loop(leader)
      .catch((thrown: unknown) => this.#broken(thrown))
      .finally(() => {
        this.#loops.delete(leader);
        // A partition may have become fetchable after the loop saw nothing to do, or have another leader now.
        this.wake();
      });
  }

  #broken(thrown: unknown): void {
    if (this.#stopped.signal.aborted) return;
    const error = toError(thrown);
    this.#deps.fail(
      error instanceof FatalError
        ? error
        : new FatalError('CONSUMER_BROKEN', `reading failed: ${error.message}`, { cause: error }),
    );
  }

  #ledBy(leader: number): OwnedPartition[] {
    const { metadata } = this.#deps.cluster;
    return [...this.#deps.owned()].filter((p) => metadata.leaderOf(p.topic, p.partition) === leader);
  }

  async #loop(leader: number): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      // Whoever looks at topics learns of new leaders, too: a partition that left this broker may have gone to one without a loop.
      this.wake();
      const led = this.#ledBy(leader);
      const wanted = rotated(
        led.filter((p) => p.fetchable),
        this.#rotation++,
      );
      if (wanted.length === 0) return;
      const resumesSoon = led.some((p) => this.#pausedLately(p));
      if (!(await this.#round(leader, wanted, resumesSoon))) return;
    }
  }

  /** One fetch and what it brings; false when the broker's partitions must be looked for. Not part of the loop: a function that waits keeps
   *  alive what it had in its variables, here the last answer during the next long poll. */
  async #round(leader: number, wanted: readonly OwnedPartition[], resumesSoon: boolean): Promise<boolean> {
    const asked = new Map(wanted.map((p) => [p.name, p]));
    const positions = new Map(wanted.map((p) => [p.name, p.position]));
    const { fetchMaxWaitMs } = this.#options;
    const maxWaitMs = resumesSoon ? Math.min(SHORT_POLL_MS, fetchMaxWaitMs) : fetchMaxWaitMs;
    const { clock } = this.#deps;
    const sentAt = clock.now();
    const unwatched = wanted.filter((p) => isUnwatched(p, sentAt));
    const answer = await this.#fetch(leader, wanted, maxWaitMs);
    if (answer === undefined) return false;
    const { payload } = answer;
    const answeredAt = clock.now();
    // Nobody watches while a broker holds a fetch for longer, either.
    const isLate = answeredAt - sentAt > Math.min(maxWaitMs, UNWATCHED_MS) + UNWATCHED_MS;
    const frame = this.#memory.take(payload.buffer.byteLength, (clean) => {
      if (clean) this.#deps.frames?.giveBack(payload);
    });
    try {
      if (!(await this.#confirm(leader, isLate ? wanted : unwatched))) return false;
      for (const fetched of answer.partitions) {
        const partition = asked.get(partitionName(fetched));
        if (partition === undefined || partition.doubtful) continue;
        if (positions.get(partition.name) !== partition.position) continue;
        if (fetched.errorCode === KafkaCode.none) partition.seenAt = answeredAt;
        await this.#take(partition, fetched, frame);
      }
    } finally {
      frame.release();
    }
    return true;
  }

  #pausedLately({ pausedAt }: OwnedPartition): boolean {
    // Where the clock was set back, a pause of the future is none of a moment ago.
    return pausedAt !== undefined && Math.abs(this.#deps.clock.now() - pausedAt) < PAUSED_LATELY_MS;
  }

  /** Undefined when the broker could not be asked and its partitions must be looked for. */
  async #fetch(leader: number, wanted: readonly OwnedPartition[], maxWaitMs: number): Promise<FetchAnswer | undefined> {
    const limits = this.#limits();
    const arrived = this.#memory.expect(limits.fetchMaxBytes);
    try {
      return await requestFetch(this.#deps.cluster, leader, wanted, limits, maxWaitMs, this.#deps.watchdogMs);
    } catch (thrown) {
      if (!(thrown instanceof RetriableError)) throw thrown;
      this.#deps.logger.debug({ broker: leader, code: thrown.code }, 'fetch failed');
      for (const partition of wanted) this.#findLeader(partition, thrown.code);
      return undefined;
    } finally {
      arrived();
    }
  }

  /** After the answer and before it is delivered: then it is of the log whose id is told, or of one before it. False when the broker does not
   *  tell; what it answered is fetched again. */
  async #confirm(leader: number, partitions: readonly OwnedPartition[]): Promise<boolean> {
    const known = partitions.filter(({ topicId }) => topicId !== undefined);
    if (known.length === 0) return true;
    try {
      await this.#deps.confirm(leader, known);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof RetriableError)) throw thrown;
      for (const partition of known) this.#findLeader(partition, thrown.code);
      return false;
    }
  }

  /** What one fetch may ask for: the brokers that lead something share what this consumer may have under way. */
  #limits(): FetchLimits {
    const { fetchMaxBytes, fetchMaxBytesPerPartition, isolationLevel } = this.#options;
    const { metadata } = this.#deps.cluster;
    const leaders = new Set([...this.#deps.owned()].map((p) => metadata.leaderOf(p.topic, p.partition)));
    leaders.delete(undefined);
    const share = Math.floor(fetchMaxBytes / Math.max(1, leaders.size));
    const bytes = Math.min(fetchMaxBytes, Math.max(share, MIN_FETCH_BYTES));
    return {
      fetchMaxBytes: bytes,
      fetchMaxBytesPerPartition: Math.min(fetchMaxBytesPerPartition, bytes),
      isolationLevel,
    };
  }

  async #take(partition: OwnedPartition, fetched: FetchedPartition, frame: BlockMemory): Promise<void> {
    const { errorCode } = fetched;
    if (errorCode !== KafkaCode.none) return this.#refused(partition, errorCode);
    const readCommitted = this.#options.isolationLevel === 'read_committed';
    const source = recordSource(this.#deps.cluster.options.fetch ?? 'fast', {
      topic: partition.topic,
      partition: partition.partition,
      bytes: fetched.records,
      fetchOffset: partition.position,
      readCommitted,
      abortedTransactions: fetched.abortedTransactions,
      memory: { account: this.#memory, frame, pool: this.#deps.frames },
    });
    // Where this answer is up to. Each wait may have taken a while: the partition can be gone, fenced for its next owner, or read from another
    // broker by now, which then delivered what is still to come here.
    let at = partition.position;
    const isOurs = () => this.#wanted(partition) && partition.position === at;
    try {
      for await (const block of source.blocks()) {
        try {
          if (!isOurs()) return;
          at = source.nextOffset;
          partition.position = at;
          this.#deps.listener.records(block);
        } finally {
          block.memory?.release();
        }
        // One answer may hold a hundred thousand small records: heartbeats come between its blocks.
        const breath = this.#deps.clock.breath();
        if (breath !== undefined) await breath;
        // What is compressed would be opened now. It is fetched again when there is room for it.
        if (partition.pausedAt !== undefined && this.#memory.isFull) break;
      }
    } catch (thrown) {
      if (!(thrown instanceof FatalError) || thrown.code === 'KAFKA_CODEC_MISSING') throw thrown;
      if (partition.deliverable) this.#deps.halt(partition, thrown);
      return;
    }
    if (!isOurs()) return;
    partition.failures = 0;
    partition.position = source.nextOffset;
    const endOffset = readCommitted ? fetched.lastStableOffset : fetched.highWatermark;
    this.#deps.listener.progressed(partition, source.nextOffset, endOffset);
  }

  #wanted(partition: OwnedPartition): boolean {
    return !this.#stopped.signal.aborted && partition.deliverable;
  }

  #refused(partition: OwnedPartition, code: number): void {
    if (!partition.deliverable) return;
    if (code === KafkaCode.offsetOutOfRange) {
      partition.held = true;
      this.#deps.outOfRange(partition);
      return;
    }
    const { topic, partition: id } = partition;
    const error = refusal(code, { right: 'READ', resource: `topic ${topic}`, context: { topic, partition: id } });
    if (error instanceof FatalError) throw error;
    partition.doubtful ||= code === KafkaCode.unknownTopicOrPartition;
    this.#findLeader(partition, kafkaErrorName(code));
  }

  /** Holds the partition until the cluster names a leader for it, which may take as long as it takes; the others go on. */
  #findLeader(partition: OwnedPartition, reason: string): void {
    partition.held = true;
    partition.failures++;
    this.#lost.add(partition);
    if (this.#searching || this.#stopped.signal.aborted) return;
    this.#searching = true;
    this.#search(reason)
      .catch((thrown: unknown) => this.#broken(thrown))
      .finally(() => {
        this.#searching = false;
        const next = this.#lost.values().next().value;
        if (next !== undefined) this.#findLeader(next, reason);
      });
  }

  async #search(reason: string): Promise<void> {
    const { cluster, clock, random } = this.#deps;
    const { signal } = this.#stopped;
    await retrying(
      `partition leaders (${reason})`,
      async () => {
        const lost = [...this.#lost];
        const topics = [...new Set(lost.filter((p) => !p.released).map((p) => p.topic))];
        if (topics.length > 0) await cluster.describe(topics);
        const found = lost.filter((p) => p.released || cluster.metadata.leaderOf(p.topic, p.partition) !== undefined);
        // The leader may be named before it knows so itself, or be the one that just did not answer.
        const failures = Math.max(0, ...found.map((p) => p.failures));
        if (found.length > 0) await clock.sleep(LEADER_SETTLE_MS + backoffMs(failures, LEADER_BACKOFF, random), signal);
        for (const partition of found) {
          this.#lost.delete(partition);
          if (partition.doubtful && partition.deliverable) this.#deps.doubtful(partition);
          else partition.held = false;
        }
        this.wake();
        const missing = lost.filter((p) => !found.includes(p));
        if (missing.length > 0) {
          throw new RetriableError('LEADER_NOT_AVAILABLE', `no leader for ${missing.map((p) => p.name).join(', ')}`);
        }
      },
      this.#deps,
      { signal },
    );
  }
}

const LEADER_SETTLE_MS = 50;
const LEADER_BACKOFF = { baseMs: 50, maxMs: 2_000 };

function rotated<T>(items: readonly T[], by: number): T[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
