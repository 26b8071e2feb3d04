/** One connector that a process hosts, in whichever of its tasks are this process's. */
import { Connector } from '../connector.ts';
import type { ConnectorDeps, ConnectorWay } from '../connector-contract.ts';
import type { WaitingPartition } from '../partition-reading.ts';
import type { HostedEvents, HostedTask } from './hosted.ts';
import { EventsToHost, hostedTask } from './hosted-events.ts';

/** No call throws, or rejects, for what becomes of tasks: that is in their states. */
export class HostedConnector {
  readonly #connector: Connector;
  readonly #events: EventsToHost;
  /** The last call of those that are carried out one after the other. */
  #last: Promise<void> = Promise.resolve();
  /** Calls of those that have not come to their end. */
  #turns = 0;
  #stopping: Promise<void> | undefined;

  /** Without tasks yet.
   *  @param closed called when it has stopped */
  constructor(
    way: ConnectorWay,
    deps: ConnectorDeps,
    events: HostedEvents,
    private readonly closed: () => void,
  ) {
    this.#events = new EventsToHost(events, deps.clock);
    this.#connector = new Connector({ ...way, resumeStopped: false, taskIds: [], events: this.#events }, deps);
  }

  get taskCount(): number {
    return this.#connector.taskCount;
  }

  /** Starts those of these tasks that are missing, and stops the others. Resolves when the others have stopped: whether the new ones join is not
   *  waited for, since a group may take minutes to let them in. */
  run(taskIds: readonly number[]): Promise<void> {
    return this.#inTurn(async () => {
      this.#connector.launch(taskIds);
      await this.#remove(this.#connector.taskIds.filter((id) => !taskIds.includes(id)));
    });
  }

  pause(): void {
    this.#connector.pause();
  }

  resume(): void {
    this.#connector.resume();
  }

  /** Also of the tasks that calls before it start. */
  resumeStopped(): void {
    this.#connector.resumeStopped();
    if (this.#turns > 0) void this.#inTurn(async () => this.#connector.resumeStopped());
  }

  /** Resolves when they have stopped and are on their way again. Those that do not run here are left alone. */
  restart(taskIds: readonly number[]): Promise<void> {
    return this.#inTurn(() => this.#connector.restart(taskIds));
  }

  tasks(): readonly HostedTask[] {
    return this.#connector.status().tasks.map(hostedTask);
  }

  waiting(): readonly WaitingPartition[] {
    return this.#connector.waiting();
  }

  /** Does not wait for calls before it to come to an end by themselves. Idempotent. */
  async stop(abort?: AbortSignal): Promise<void> {
    const giveUp = () => this.#connector.abort();
    this.#stopping ??= this.#stop();
    if (abort?.aborted) giveUp();
    else abort?.addEventListener('abort', giveUp, { once: true });
    await this.#stopping.finally(() => abort?.removeEventListener('abort', giveUp));
  }

  async #stop(): Promise<void> {
    try {
      await this.#connector.stop();
      await this.#last;
    } finally {
      this.#connector.forget();
      this.closed();
    }
  }

  async #remove(ids: readonly number[]): Promise<void> {
    await this.#connector.remove(ids);
    for (const id of ids) this.#events.forget(id);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turns++;
    const turn = this.#last.then(async () => {
      try {
        if (this.#stopping === undefined) await work();
      } finally {
        this.#turns--;
      }
    });
    // One that failed must not keep those after it, nor a stop, from their turns.
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
