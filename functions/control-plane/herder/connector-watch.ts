/** The watch over one connector, which one worker has: it says how the connector itself is, apart from its tasks. */
import type { TargetState } from '../config-state.ts';
import type { RunState } from '../status-board.ts';
import type { StatusVoice } from './status-voice.ts';

const STATES: Readonly<Record<TargetState, RunState>> = { STARTED: 'RUNNING', PAUSED: 'PAUSED', STOPPED: 'STOPPED' };

export interface Watched {
  /** Undefined: the connector is deleted. */
  readonly target: TargetState | undefined;
  /** Whether the watch is this worker's. */
  readonly watches: boolean;
  /** Of the assignment. */
  readonly generation: number;
  /** Why the stored configuration does not run. */
  readonly problem: string | undefined;
}

export class ConnectorWatch {
  /** Generation in which the watch was this worker's; undefined when it is not. */
  #generation: number | undefined;
  #hasFailed = false;

  constructor(
    private readonly connector: string,
    private readonly voice: StatusVoice,
  ) {}

  get isOver(): boolean {
    return this.#generation === undefined;
  }

  say({ target, watches, generation, problem }: Watched): void {
    const before = this.#generation;
    this.#generation = watches && target !== undefined ? generation : undefined;
    if (target === undefined) {
      if (before !== undefined) this.voice.forgetConnector(this.connector);
    } else if (!watches) {
      // In the generation in which it was watched here: what its new worker says counts more.
      if (before !== undefined) this.voice.connector(this.connector, { state: 'UNASSIGNED', generation: before });
    } else {
      // Nothing of it is to run, so nothing failed.
      this.#hasFailed = problem !== undefined && target !== 'STOPPED';
      const how = this.#hasFailed ? { state: 'FAILED' as const, trace: problem } : { state: STATES[target] };
      this.voice.connector(this.connector, { ...how, generation });
    }
  }

  /** Somebody asked for its restart, where it failed only with `onlyFailed`; `say` follows. */
  restarting(onlyFailed: boolean): void {
    if (this.#generation === undefined || (onlyFailed && !this.#hasFailed)) return;
    this.voice.connector(this.connector, { state: 'RESTARTING', generation: this.#generation });
  }
}
