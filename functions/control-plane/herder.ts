/** Wanted state to running tasks, on one worker of a cluster. It reads what is wanted from the config topic, is given its part by the leader of
 *  the workers' group, runs that, and says on the status board how it goes. Workers never call each other.
 *
 *  ```
 *  config topic ──what is wanted──> herder ──tasks──> host
 *  workers' group ──which part────>   │
 *                                     └──how it goes──> status board
 *  ```
 *
 *  Everything is done again from what is wanted now, never from what changed: a change that comes while another is under way is not lost. */
import { aborted } from '../../shared/aborted.ts';
import type { Clock } from '../../shared/clock.ts';
import { type FatalError, toError } from '../../shared/errors.ts';
import type { WorkerGroup, WorkerGroupListener } from '../../shared/kafka/worker-group.ts';
import type { Logger } from '../../shared/logger.ts';
import { repeat } from '../../shared/repeat.ts';
import type { ConfigListener, ConfigOrder, ConfigState, ConfigStore } from './config-state.ts';
import type { ConnectorEvent, ConnectorHost, HostedSetup } from './connector-host.ts';
import { GroupSeat, type Membership } from './herder/group-seat.ts';
import { Leader } from './herder/leader.ts';
import { LocalConnector, type Wanted } from './herder/local-connector.ts';
import { Setups, type Validate } from './herder/setups.ts';
import { StatusVoice } from './herder/status-voice.ts';
import { TaskCounts } from './herder/task-counts.ts';
import { Refused } from './refused.ts';
import type { StatusBoard } from './status-board.ts';

export interface HerderDeps {
  /** `host:port` under which this worker answers. */
  readonly workerId: string;
  /** Of this program. */
  readonly version: string;
  readonly store: ConfigStore;
  readonly board: StatusBoard;
  readonly host: Pick<ConnectorHost, 'open'>;
  readonly group: (listener: WorkerGroupListener) => Pick<WorkerGroup, 'join' | 'rejoin' | 'leave'>;
  readonly validate: Validate;
  /** What happens to connectors here, for those who ask. */
  readonly activity: { event(connector: string, event: ConnectorEvent): void; forget(connector: string): void };
  /** Takes over the levels that were set for the whole cluster; called with each state. */
  readonly loggers: { apply(cluster: ReadonlyMap<string, string>): void };
  readonly shutdownTimeoutMs: number;
  /** As `GroupSeatDeps` has it. */
  readonly rejoinTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Beyond the time that connectors have for their stop: for what does not keep to it. */
const STOP_MARGIN_MS = 5_000;
/** Tasks that come so long after a resume are started by it: the leader gives them out first. */
const RESUMED_FOR_MS = 60_000;
/** How often is said again what the board does not say any more: a worker that knew less may have taken it back. */
const SAY_AGAIN_MS = 5_000;
/** A status that is not written then is said by whoever leads next. */
const FLUSH_TIMEOUT_MS = 3_000;

export class Herder {
  readonly #deps: HerderDeps;
  readonly #setups: Setups;
  readonly #counts: TaskCounts;
  readonly #voice: StatusVoice;
  readonly #leader: Leader;
  readonly #seat: GroupSeat;
  readonly #locals = new Map<string, LocalConnector>();
  /** Epoch ms of the last resume, by connector. */
  readonly #resumedAt = new Map<string, number>();
  readonly #kill = new AbortController();
  readonly #failed = new AbortController();
  #group: ReturnType<HerderDeps['group']> | undefined;
  #state: ConfigState = { position: 0, connectors: new Map(), loggers: new Map() };
  /** From the end of the topics on, until it is stopped. */
  #live = false;
  #stopped = false;
  #cancelSaying: () => void = () => undefined;

  constructor(deps: HerderDeps) {
    const { board, logger } = deps;
    this.#deps = deps;
    this.#setups = new Setups(deps.validate);
    this.#counts = new TaskCounts(this.#setups, board);
    this.#voice = new StatusVoice(board, deps.workerId, deps.version);
    this.#leader = new Leader({ state: () => this.#state, counts: this.#counts, board, voice: this.#voice, logger });
    this.#seat = new GroupSeat({
      ...deps,
      leader: this.#leader,
      changed: () => this.#seatChanged(),
      failed: (error) => this.#failed.abort(error),
    });
  }

  /** Reads the topics to their ends, then joins the group in the background. From now on this worker can be asked.
   *  @throws FatalError or RetriableError of the topics */
  async start(): Promise<void> {
    const { store, board } = this.#deps;
    const listener: ConfigListener = {
      changed: (state) => this.#changed(state),
      ordered: (order) => this.#ordered(order),
    };
    if (this.#stopped) return;
    await board.start();
    await store.start(listener);
    if (this.#stopped) return;
    this.#live = true;
    this.#cancelSaying = repeat(this.#deps.clock, SAY_AGAIN_MS, () => {
      for (const local of this.#locals.values()) local.sayAgain();
    });
    this.#changed(store.state());
    this.#group = this.#deps.group(this.#seat);
    this.#group.join();
  }

  /** Resolves with the reason when the group refused this worker for good. */
  async failed(): Promise<FatalError> {
    const { signal } = this.#failed;
    await aborted(signal);
    return signal.reason as FatalError;
  }

  /** Whether the topics are read: from then on this worker can be asked, whatever becomes of its group. */
  get isReady(): boolean {
    return this.#live;
  }

  /** Undefined before the first assignment, and while the session is lost. */
  membership(): Membership | undefined {
    return this.#seat.membership();
  }

  /** The last valid configuration of a connector that this worker saw.
   *  @throws Refused 404 when there is no such connector, 400 when it saw none */
  setupOf(name: string): HostedSetup {
    const stored = this.#state.connectors.get(name);
    if (stored === undefined) throw new Refused(404, `Connector ${name} not found`);
    const { valid, problem } = this.#setups.of(stored);
    if (valid === undefined) throw new Refused(400, `Connector ${name}: ${problem}`);
    return valid.setup;
  }

  /** Gives everything up: leaves the group, so that others take over at once, stops all tasks, says so, and waits until that is confirmed. The
   *  topics are read no more.
   *  @param kill aborted: what is under way is given up, and what does not end even so is waited for no longer than a few seconds */
  async stop(kill: AbortSignal): Promise<void> {
    const { clock, shutdownTimeoutMs, board, store } = this.#deps;
    if (kill.aborted) this.#kill.abort();
    else kill.addEventListener('abort', () => this.#kill.abort(), { once: true });
    this.#live = false;
    this.#stopped = true;
    this.#cancelSaying();
    const leaving = this.#group?.leave();
    this.#seat.letGo();
    const late = new AbortController();
    const stopped = Promise.all([...this.#locals.values()].map((local) => local.settled()));
    const inTime = clock.sleep(shutdownTimeoutMs + STOP_MARGIN_MS, late.signal);
    const cut = aborted(kill).then(() => clock.sleep(STOP_MARGIN_MS, late.signal));
    await Promise.race([stopped, inTime.catch(() => undefined), cut.catch(() => undefined)]);
    late.abort();
    await leaving;
    if (!kill.aborted) await board.flush(FLUSH_TIMEOUT_MS);
    for (const result of await Promise.allSettled([store.close(), board.close()])) {
      if (result.status === 'rejected')
        this.#deps.logger.warn({ reason: toError(result.reason).message }, 'closing a topic');
    }
  }

  /** @param looked connector that was looked at anew, though its configuration is the same */
  #changed(state: ConfigState, looked?: string): void {
    if (!this.#live) return;
    const before = this.#state;
    this.#state = state;
    this.#deps.loggers.apply(state.loggers);
    this.#counts.follow(state);
    const gone = [...before.connectors.keys()].filter((name) => !state.connectors.has(name));
    for (const [name, connector] of state.connectors) {
      if (before.connectors.get(name) !== connector || name === looked) this.#wake(name);
    }
    for (const name of gone) this.#deleted(name);
    if (this.#seat.leads) this.#leader.follow();
    this.#giveOutAnew();
  }

  #deleted(name: string): void {
    this.#setups.forget(name);
    this.#resumedAt.delete(name);
    this.#wake(name);
    this.#deps.activity.forget(name);
  }

  #ordered(order: ConfigOrder): void {
    if (!this.#live) return;
    const stored = this.#state.connectors.get(order.connector);
    const local = this.#locals.get(order.connector);
    if (stored === undefined) return;
    switch (order.order) {
      case 'restart': {
        local?.restartConnector(order.onlyFailed);
        this.#setups.lookAgain(stored);
        if (order.includeTasks) local?.restart(undefined, order.onlyFailed);
        this.#changed(this.#state, order.connector);
        break;
      }
      case 'restart-task':
        local?.restart([order.task], false);
        break;
      case 'resume':
        this.#resumedAt.set(order.connector, this.#deps.clock.now());
        local?.resumeStopped();
        break;
      default:
        throw new Error(`unknown order ${order satisfies never}`);
    }
  }

  #seatChanged(): void {
    const { connectors, tasks } = this.#seat.share;
    for (const name of new Set([...connectors, ...tasks.keys(), ...this.#locals.keys()])) this.#wake(name);
    // What changed while the group was rebalancing.
    this.#giveOutAnew();
  }

  /** Where this worker leads, and something else is wanted than what it gave out. */
  #giveOutAnew(): void {
    if (this.#seat.leads && this.#leader.isBehind()) this.#group?.rejoin();
  }

  #wake(name: string): void {
    const { connectors, tasks } = this.#seat.share;
    let local = this.#locals.get(name);
    if (local === undefined) {
      if (!connectors.includes(name) && !tasks.has(name)) return;
      local = this.#local(name);
      this.#locals.set(name, local);
    }
    local.wake();
  }

  #local(name: string): LocalConnector {
    const { host, activity, shutdownTimeoutMs, clock, logger } = this.#deps;
    return new LocalConnector({
      name,
      host,
      wanted: () => this.#wanted(name),
      isResumed: () => clock.now() - (this.#resumedAt.get(name) ?? Number.NEGATIVE_INFINITY) < RESUMED_FOR_MS,
      gone: () => this.#locals.delete(name),
      voice: this.#voice,
      tell: (event) => activity.event(name, event),
      shutdownTimeoutMs,
      kill: this.#kill.signal,
      clock,
      logger: logger.child({ connector: name }),
    });
  }

  #wanted(name: string): Wanted {
    const { generation, share } = this.#seat;
    const stored = this.#state.connectors.get(name);
    if (stored === undefined) {
      return {
        target: undefined,
        valid: undefined,
        problem: undefined,
        taskCount: 0,
        taskIds: [],
        watches: false,
        generation,
      };
    }
    const taskCount = this.#counts.of(name);
    return {
      ...this.#setups.of(stored),
      target: stored.target,
      taskCount,
      taskIds: (share.tasks.get(name) ?? []).filter((id) => id < taskCount),
      watches: share.connectors.includes(name),
      generation,
    };
  }
}
