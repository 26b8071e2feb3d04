/** One connector as this worker runs it: its part of the tasks, and the watch over the connector where that is this worker's.
 *
 *  ```
 *  wake ──> settle: what is wanted now?
 *             no task ──> stop (at most `shutdownTimeoutMs`, then what is under way is given up, and soon the wait for it, too)
 *             another configuration ──> open it, stop the one before; one that cannot be opened changes nothing, and one that is still
 *               being opened when something else is wanted is given up
 *             tasks ──> run exactly these; not waited for: a group that does not settle is the host's to bear
 *  wake while it settles ──> settles once more, with what is wanted then
 *  ```
 *
 *  Nothing is shared with other connectors, so one that is stuck delays no other. */

import type { Clock } from '../../../shared/clock.ts';
import { toError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { TargetState } from '../config-state.ts';
import type { ConnectorEvent, ConnectorHost, HostedConnector, HostedEvents } from '../connector-host.ts';
import { ConnectorWatch } from './connector-watch.ts';
import { LocalTasks } from './local-tasks.ts';
import type { ConnectorSetup, ValidSetup } from './setups.ts';
import type { StatusVoice } from './status-voice.ts';

/** What is to be true here. */
export interface Wanted extends ConnectorSetup {
  /** Undefined: the connector is deleted. */
  readonly target: TargetState | undefined;
  /** In the whole cluster. */
  readonly taskCount: number;
  /** Those to run here, ascending. */
  readonly taskIds: readonly number[];
  /** Whether the connector is this worker's to watch over. */
  readonly watches: boolean;
  /** Of the assignment. */
  readonly generation: number;
}

export interface LocalConnectorDeps {
  readonly name: string;
  readonly host: Pick<ConnectorHost, 'open'>;
  readonly wanted: () => Wanted;
  /** Whether a person asked a moment ago to go on with what was stopped: tasks that come now do so, too. */
  readonly isResumed: () => boolean;
  /** There is nothing of it here any more; it is not used again. */
  readonly gone: () => void;
  readonly voice: StatusVoice;
  readonly tell: (event: ConnectorEvent) => void;
  /** How long a stop may take to finish and commit what is under way. */
  readonly shutdownTimeoutMs: number;
  /** Aborted: what is under way is given up at once. */
  readonly kill: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Beyond the time that a stop has: for what is given up then. What still does not end is left to itself, so that what is wanted is done. */
const STOP_MARGIN_MS = 5_000;

interface Hosted {
  readonly connector: HostedConnector;
  /** Of the configuration that it runs with. */
  readonly revision: number;
}

export class LocalConnector {
  readonly #tasks: LocalTasks;
  #hosted: Hosted | undefined;
  /** Ids that it was last told to run. */
  #runs = '';
  /** Why the configuration of that revision could not be opened. */
  #refused: { readonly revision: number; readonly trace: string } | undefined;
  readonly #watch: ConnectorWatch;
  #toldProblem: string | undefined;
  #stale = false;
  /** Lets go whoever waits for the next `wake`. */
  #woken: () => void = () => undefined;
  #settling: Promise<void> | undefined;

  constructor(private readonly deps: LocalConnectorDeps) {
    this.#tasks = new LocalTasks(deps.name, deps.voice);
    this.#watch = new ConnectorWatch(deps.name, deps.voice);
  }

  /** Something changed: makes true what is wanted now. */
  wake(): void {
    const wanted = this.deps.wanted();
    this.#tasks.want(wanted);
    this.#say(wanted);
    this.#turn(wanted);
    this.#stale = true;
    this.#woken();
    this.#settling ??= this.#settle();
  }

  /** Says once more what it said: somebody who knew less may have taken it back meanwhile, and the topic may have lost it. */
  sayAgain(): void {
    const wanted = this.deps.wanted();
    this.#tasks.want(wanted);
    this.#say(wanted);
  }

  /** Resolves when nothing is left to be done. */
  async settled(): Promise<void> {
    while (this.#settling !== undefined) await this.#settling;
  }

  /** Stops and starts those of `ids` that are here; with `onlyFailed` those of them that failed.
   *  @param ids undefined: all */
  restart(ids: readonly number[] | undefined, onlyFailed: boolean): void {
    const restarted = this.#tasks.restarting(ids, onlyFailed);
    if (restarted.length === 0) return;
    this.#tell({ kind: 'restart', message: `restart of tasks ${restarted.join(', ')} asked for` });
    if (this.#hosted === undefined) {
      this.#refused = undefined;
      this.wake();
      return;
    }
    this.#unheard('restarting tasks', this.#hosted.connector.restart(restarted));
  }

  /** The connector itself is to be looked at anew, with `onlyFailed` where it failed; `wake` follows. */
  restartConnector(onlyFailed: boolean): void {
    this.#refused = undefined;
    this.#watch.restarting(onlyFailed);
  }

  /** Partitions that `errors.policy=stop` stopped go on. */
  resumeStopped(): void {
    this.#hosted?.connector.resumeStopped();
  }

  async #settle(): Promise<void> {
    try {
      while (this.#stale) {
        this.#stale = false;
        await this.#once(this.deps.wanted());
      }
    } finally {
      this.#settling = undefined;
      if (this.#hosted === undefined && this.#watch.isOver && this.#tasks.isEmpty) this.deps.gone();
    }
  }

  async #once(wanted: Wanted): Promise<void> {
    const { valid, taskIds } = wanted;
    if (taskIds.length === 0) {
      if (this.#hosted !== undefined) await this.#stop(this.#hosted.connector);
      return;
    }
    if (valid === undefined) {
      this.#tasks.refused(wanted.problem ?? 'this worker knows no configuration of the connector');
      return;
    }
    if (this.#hosted?.revision !== valid.revision) await this.#replace(valid);
    // Either may have taken long.
    if (this.#hosted === undefined || this.#stale) return;
    this.#turn(wanted);
    // Told once only: a task that failed stays as it is until somebody asks for its restart.
    if (this.#runs === taskIds.join()) return;
    this.#runs = taskIds.join();
    this.#unheard('running tasks', this.#run(this.#hosted.connector, taskIds));
  }

  async #replace(valid: ValidSetup): Promise<void> {
    const opened = await this.#open(valid);
    if (opened === undefined) return;
    if (this.#hosted !== undefined) await this.#stop(this.#hosted.connector);
    this.#tasks.hear(opened.teller);
    this.#hosted = opened;
  }

  async #run(connector: HostedConnector, taskIds: readonly number[]): Promise<void> {
    await connector.run(taskIds);
    if (this.deps.isResumed()) connector.resumeStopped();
  }

  /** Undefined when it cannot be opened: whatever runs goes on, and a person is told. */
  async #open(valid: ValidSetup): Promise<(Hosted & { readonly teller: object }) | undefined> {
    const { revision, setup } = valid;
    if (this.#refused?.revision !== revision) {
      this.#refused = undefined;
      const teller = {};
      try {
        const connector = await this.#whileWanted(this.deps.host.open(setup, this.#events(teller)), revision);
        return connector && { connector, revision, teller };
      } catch (thrown) {
        const { message, stack } = toError(thrown);
        this.#refused = { revision, trace: stack ?? message };
      }
    }
    if (this.#hosted === undefined) this.#tasks.refused(this.#refused.trace);
    this.#say(this.deps.wanted());
    return undefined;
  }

  /** Undefined as soon as something else is wanted: a module that loads for ever must not keep a connector from being stopped or corrected. */
  async #whileWanted(opening: Promise<HostedConnector>, revision: number): Promise<HostedConnector | undefined> {
    for (;;) {
      const woken = new Promise<undefined>((resolve) => {
        this.#woken = () => resolve(undefined);
      });
      const opened = await Promise.race([opening, woken]);
      if (opened !== undefined) return opened;
      const { valid, taskIds } = this.deps.wanted();
      if (taskIds.length > 0 && valid?.revision === revision) continue;
      this.#unheard(
        'stopping what nobody wants any more',
        opening.then(
          (connector) => connector.stop(this.deps.kill),
          () => undefined,
        ),
      );
      return undefined;
    }
  }

  #events(teller: object): HostedEvents {
    const { name, voice, tell } = this.deps;
    return {
      task: (task) => this.#tasks.told(teller, task),
      topic: (id, topic) => voice.noteTopic(name, id, topic),
      event: tell,
    };
  }

  async #stop(connector: HostedConnector): Promise<void> {
    this.#tasks.closed();
    const { shutdownTimeoutMs, kill, clock, logger } = this.deps;
    const late = new AbortController();
    const cancel = clock.after(shutdownTimeoutMs, () => late.abort());
    const over = new AbortController();
    const overdue = clock.sleep(shutdownTimeoutMs + STOP_MARGIN_MS, over.signal).then(
      () => logger.error({}, 'the connector does not come to its end; it is left to itself'),
      () => undefined,
    );
    try {
      await Promise.race([connector.stop(AbortSignal.any([late.signal, kill])), overdue]);
    } catch (thrown) {
      logger.warn({ reason: toError(thrown).message }, 'stopping a connector');
    } finally {
      cancel();
      over.abort();
      this.#hosted = undefined;
      this.#runs = '';
    }
  }

  /** At once, not in its turn: whatever it does just now, it stops reading. */
  #turn({ target }: Wanted): void {
    if (target === 'PAUSED') this.#hosted?.connector.pause();
    else if (target === 'STARTED') this.#hosted?.connector.resume();
  }

  #say(wanted: Wanted): void {
    const refused = this.#refused?.revision === wanted.valid?.revision ? this.#refused?.trace : undefined;
    const problem = wanted.problem ?? refused;
    this.#watch.say({ ...wanted, problem });
    if (problem === this.#toldProblem || (wanted.taskIds.length === 0 && !wanted.watches)) return;
    this.#toldProblem = problem;
    if (problem === undefined) return;
    this.deps.logger.error({ reason: problem }, 'the stored configuration of the connector does not run');
    this.#tell({ kind: 'error', message: problem });
  }

  #unheard(what: string, work: Promise<void>): void {
    work.catch((thrown: unknown) => {
      const { message } = toError(thrown);
      this.deps.logger.error({ reason: message }, `${what} failed in a way that nobody foresaw`);
      this.#tell({ kind: 'error', message: `${what}: ${message}` });
    });
  }

  #tell(event: Omit<ConnectorEvent, 'at'>): void {
    this.deps.tell({ at: this.deps.clock.now(), ...event });
  }
}
