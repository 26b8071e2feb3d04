/** How many tasks each connector has in the whole cluster. Every worker follows it, so that whoever comes to lead knows. */
import type { ConfigState, StoredConnector } from '../config-state.ts';
import type { StatusBoard } from '../status-board.ts';
import type { Setups } from './setups.ts';

/** - STARTED: `tasks.max`.
 *  - STOPPED: none.
 *  - PAUSED: those that it had; so none where it was created PAUSED, or STOPPED before.
 *  - A stored configuration that is not valid: those of the last valid one, or where nobody here saw one, as many as have a status. */
export class TaskCounts {
  #counts = new Map<string, number>();

  constructor(
    private readonly setups: Pick<Setups, 'of'>,
    private readonly board: Pick<StatusBoard, 'tasks'>,
  ) {}

  /** Call it with every state, in order. */
  follow({ connectors }: ConfigState): void {
    this.#counts = new Map([...connectors.values()].map((connector) => [connector.name, this.#count(connector)]));
  }

  /** 0 for what is not there. */
  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  #count(connector: StoredConnector): number {
    const { name, target } = connector;
    if (target === 'STOPPED') return 0;
    const had = this.#counts.get(name) ?? this.board.tasks(name).size;
    if (target === 'PAUSED' && had === 0) return 0;
    return this.setups.of(connector).valid?.setup.parsed.connector['tasks.max'] ?? had;
  }
}
