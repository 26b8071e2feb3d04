/** The positions of a redrive, which outlive its process: which offsets it covers, how far it is, and that one process at a time works on it.
 *
 *  All of it is in the commits of a consumer group that nobody joins. Kafka has no lock to offer for that, so a run marks every commit with
 *  its name and a growing number, at least every `BEAT_MS`. Whoever finds such a mark watches it for `LEASE_MS`: if it grows, the run is
 *  alive and the newcomer is refused; if it does not, its process is dead and its work is taken over. A run that finds another's mark in
 *  place of its own stops before it sends anything more. */
import type { Clock } from '../../../shared/clock.ts';
import { FatalError, RetriableError } from '../../../shared/errors.ts';
import type { KafkaAdmin } from '../../../shared/kafka/driver.ts';
import type { LogRange } from './error-log.ts';
import { decodeState, encodeState, type PartitionState, type RunMark } from './position-state.ts';

const BEAT_MS = 2_000;
const LEASE_MS = 8_000;
const LOOK_EVERY_MS = 500;
/** Longer than it takes from looking for another's mark to having set one's own. */
const SETTLE_MS = 1_000;

export interface PositionsDeps {
  readonly admin: KafkaAdmin;
  readonly clock: Clock;
  /** Told when it has to wait for another run's mark. */
  readonly notify: (line: string) => void;
}

export interface PositionsSpec {
  readonly group: string;
  /** The error topic. */
  readonly topic: string;
  /** Unique for this run; at most 36 characters. */
  readonly runId: string;
  /** Forget how far the redrive was. */
  readonly again: boolean;
  /** What the selection covers now. */
  readonly ranges: readonly LogRange[];
}

/** What the group's commits say. */
interface Found {
  readonly partitions: ReadonlyMap<number, { readonly state: PartitionState; readonly run?: RunMark }>;
  readonly run?: RunMark;
  /** Changes with every commit of a run. */
  readonly print: string;
}

/** How far the redrive of this group is. One that is complete, or none, gives a new one over `ranges`, from where the last one ended. */
export async function keptStates(spec: PositionsSpec, admin: KafkaAdmin): Promise<Map<number, PartitionState>> {
  return statesOf(spec, await find(spec, admin));
}

function statesOf({ again, ranges }: PositionsSpec, { partitions }: Found): Map<number, PartitionState> {
  const unfinished = [...partitions.values()].some(({ state }) => state.position < state.end);
  if (unfinished && !again) return new Map([...partitions].map(([partition, { state }]) => [partition, state]));
  return new Map(
    ranges.map(({ partition, from, to }) => {
      const before = again ? 0 : (partitions.get(partition)?.state.position ?? 0);
      // Past the end: the topic was made anew since.
      return [partition, { position: before > to ? from : Math.max(from, before), end: to }];
    }),
  );
}

async function find({ group, topic }: PositionsSpec, admin: KafkaAdmin): Promise<Found> {
  const committed = await admin.committedOffsets(group, topic);
  const partitions = new Map<number, { state: PartitionState; run?: RunMark }>();
  for (const [partition, { offset, metadata }] of committed) {
    // A commit by another tool is a position, and no more.
    partitions.set(partition, decodeState(offset, metadata) ?? { state: { position: offset, end: offset } });
  }
  const run = [...partitions.values()].find((one) => one.run !== undefined)?.run;
  return { partitions, print: JSON.stringify([...committed]), ...(run === undefined ? {} : { run }) };
}

export class KeptPositions {
  readonly #states: Map<number, PartitionState>;
  #beat = 0;
  #confirmedAt = 0;
  #last: Promise<void> = Promise.resolve();
  #cancelBeat: () => void = () => undefined;
  #failure: unknown;

  private constructor(
    private readonly spec: PositionsSpec,
    private readonly deps: PositionsDeps,
    states: Map<number, PartitionState>,
  ) {
    this.#states = states;
  }

  /** Claims the redrive; until `release` it is this run's.
   *  @throws FatalError `REDRIVE_RUNNING` while another run of it is alive; RetriableError when the cluster cannot be reached */
  static async claim(spec: PositionsSpec, deps: PositionsDeps): Promise<KeptPositions> {
    const found = await noOtherRun(spec, deps);
    const kept = new KeptPositions(spec, deps, statesOf(spec, found));
    if (kept.#states.size === 0) return kept;
    await kept.#commit();
    // Two that claimed at the same moment: the later commit stays, and the other run sees it here.
    await deps.clock.sleep(SETTLE_MS);
    await kept.#commit();
    kept.#scheduleBeat();
    return kept;
  }

  /** Partitions of the error topic that it covers, ascending. */
  get partitions(): number[] {
    return [...this.#states.keys()].sort((a, b) => a - b);
  }

  state(partition: number): PartitionState {
    return this.#states.get(partition) ?? { position: 0, end: 0 };
  }

  /** Changes a state; `commit` or the next beat keeps it. */
  update(partition: number, state: PartitionState): void {
    this.#states.set(partition, state);
  }

  /** Resolves when the states are committed.
   *  @throws FatalError `REDRIVE_TAKEN_OVER` when another run works on them; RetriableError when it could not be committed */
  commit(): Promise<void> {
    const done = this.#last.then(() => this.#commit());
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** To be called before anything is sent: no other run has taken this one for dead.
   *  @throws as `commit` does */
  async stillOurs(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const sinceMs = this.deps.clock.now() - this.#confirmedAt;
    // Below zero the clock was set back, and nobody knows how long it was.
    if (sinceMs < 0 || sinceMs > LEASE_MS / 2) await this.commit();
  }

  /** Commits for the last time, without a mark: the next run need not wait.
   *  @throws as `commit` does */
  async release(): Promise<void> {
    this.#cancelBeat();
    await this.#last;
    if (this.#failure instanceof FatalError || this.#states.size === 0) return;
    // This run may have stood still since its last commit: what another one wrote then must stay.
    await this.#checkOurs();
    await this.#write(undefined);
  }

  async #checkOurs(): Promise<void> {
    const { run } = await find(this.spec, this.deps.admin);
    if (run?.id === this.spec.runId) return;
    this.#failure = new FatalError(
      'REDRIVE_TAKEN_OVER',
      `another run of this command works on the same records (group ${this.spec.group}); this one stopped, nothing is lost`,
    );
    throw this.#failure;
  }

  async #commit(): Promise<void> {
    if (this.#beat > 0) await this.#checkOurs();
    this.#beat++;
    await this.#write({ id: this.spec.runId, beat: this.#beat });
    this.#confirmedAt = this.deps.clock.now();
  }

  async #write(run: RunMark | undefined): Promise<void> {
    const offsets = [...this.#states].map(([partition, state]) => ({
      topic: this.spec.topic,
      partition,
      offset: state.position,
      metadata: encodeState(state, run),
    }));
    await this.deps.admin.commitOffsets(this.spec.group, offsets);
  }

  #scheduleBeat(): void {
    this.#cancelBeat = this.deps.clock.after(BEAT_MS, () => {
      this.commit()
        .catch((thrown: unknown) => {
          // Out of reach for a moment: `stillOurs` tries again before anything is sent.
          if (!(thrown instanceof RetriableError)) this.#failure ??= thrown;
        })
        .finally(() => {
          if (this.#failure === undefined) this.#scheduleBeat();
        });
    });
  }
}

/** Resolves with what the group says when nobody works on the redrive any more. */
async function noOtherRun(spec: PositionsSpec, { admin, clock, notify }: PositionsDeps): Promise<Found> {
  const first = await find(spec, admin);
  if (first.run === undefined) return first;
  notify(`another run of this command may be under way; watching for ${LEASE_MS / 1000} s whether it is`);
  for (let waitedMs = 0; waitedMs < LEASE_MS; waitedMs += LOOK_EVERY_MS) {
    await clock.sleep(LOOK_EVERY_MS);
    const now = await find(spec, admin);
    if (now.run === undefined) return now;
    if (now.print === first.print) continue;
    throw new FatalError(
      'REDRIVE_RUNNING',
      `another run of this command is under way (group ${spec.group}): let it end, or stop it; its records would be sent twice`,
    );
  }
  notify('it is not: going on where it stopped');
  return first;
}
