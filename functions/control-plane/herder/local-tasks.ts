/** Statuses of one connector's tasks on this worker, from what its host tells of them. */
import type { HostedTask, HostedTaskState } from '../connector-host.ts';
import type { RunState } from '../status-board.ts';
import type { StatusVoice } from './status-voice.ts';

/** A task that is on its way has no state of its own in Kafka Connect: nobody runs it yet. */
const STATES: Readonly<Record<HostedTaskState, RunState>> = {
  starting: 'UNASSIGNED',
  running: 'RUNNING',
  paused: 'PAUSED',
  failed: 'FAILED',
  restarting: 'RESTARTING',
};

interface Wanted {
  readonly taskIds: readonly number[];
  readonly taskCount: number;
  readonly generation: number;
}

export class LocalTasks {
  #here: readonly number[] = [];
  #generation = 0;
  /** As the host last told. */
  readonly #told = new Map<number, HostedTask>();
  /** Somebody asked for their restart, and they do not run yet. */
  readonly #asked = new Set<number>();
  /** Why none of them is hosted. */
  #refusal: string | undefined;
  /** Who may tell; what an earlier one still tells is of tasks that are gone. */
  #teller: object | undefined;

  constructor(
    private readonly connector: string,
    private readonly voice: StatusVoice,
  ) {}

  get isEmpty(): boolean {
    return this.#here.length === 0;
  }

  /** Says at once that what is not wanted here any more is not here. */
  want({ taskIds, taskCount, generation }: Wanted): void {
    const gone = this.#here.filter((id) => !taskIds.includes(id));
    for (const id of gone) {
      this.#told.delete(id);
      this.#asked.delete(id);
      // In the generation in which it was here: what its new worker says counts more.
      if (id < taskCount) this.voice.task(this.connector, id, { state: 'UNASSIGNED', generation: this.#generation });
      else this.voice.forgetTask(this.connector, id);
    }
    this.#here = taskIds;
    this.#generation = generation;
    for (const id of taskIds) this.#say(id);
  }

  /** From now on `teller` is heard, and nobody else. */
  hear(teller: object): void {
    this.#teller = teller;
    this.#refusal = undefined;
  }

  told(teller: object, task: HostedTask): void {
    if (this.#teller !== teller) return;
    this.#told.set(task.id, task);
    if (task.state !== 'starting') this.#asked.delete(task.id);
    if (this.#here.includes(task.id)) this.#say(task.id);
  }

  /** None of them is hosted any more. */
  closed(): void {
    this.#teller = undefined;
    this.#told.clear();
  }

  /** None of them can be hosted, for this reason. */
  refused(trace: string): void {
    this.#refusal = trace;
    this.#asked.clear();
    for (const id of this.#here) this.#say(id);
  }

  /** Notes that these are to be restarted, and says so.
   *  @param ids undefined: all
   *  @returns those that are here, and failed where only those are meant */
  restarting(ids: readonly number[] | undefined, onlyFailed: boolean): readonly number[] {
    const restarted = this.#here.filter((id) => (ids?.includes(id) ?? true) && (!onlyFailed || this.#hasFailed(id)));
    for (const id of restarted) {
      this.#asked.add(id);
      this.#say(id);
    }
    return restarted;
  }

  #hasFailed(id: number): boolean {
    const state = this.#told.get(id)?.state;
    return this.#refusal !== undefined || state === 'failed' || state === 'restarting';
  }

  #say(id: number): void {
    const told = this.#told.get(id);
    const trace = this.#refusal ?? told?.failure?.trace;
    const state = this.#refusal === undefined ? STATES[told?.state ?? 'starting'] : 'FAILED';
    const generation = this.#generation;
    if (this.#asked.has(id)) this.voice.task(this.connector, id, { state: 'RESTARTING', generation, trace });
    else this.voice.task(this.connector, id, { state, generation, trace });
  }
}
