/** This worker's seat in the workers' group: what it was given, which it keeps and claims until it is given something else. */
import type { Clock } from '../../../shared/clock.ts';
import type { FatalError } from '../../../shared/errors.ts';
import type { GroupPeer, WorkerGroupListener } from '../../../shared/kafka/worker-group.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { Share } from '../assignor.ts';
import { decodeGiven, encodeClaims, type Given, NOTHING } from './group-messages.ts';
import type { Leader } from './leader.ts';

/** The workers' group as this one sees it. */
export interface Membership {
  readonly generation: number;
  readonly leader: string;
  readonly workers: readonly string[];
}

export interface GroupSeatDeps {
  readonly workerId: string;
  readonly leader: Pick<Leader, 'lead'>;
  /** How long what it has is kept after the session was lost. */
  readonly rejoinTimeoutMs: number;
  /** What this worker has is another, or as new. */
  readonly changed: () => void;
  /** The group refused it for good. */
  readonly failed: (error: FatalError) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const NONE: Given = { generation: 0, leader: '', workers: [], share: NOTHING };

export class GroupSeat implements WorkerGroupListener {
  #given = NONE;
  /** Whether `#given` is of a session that the group knows. */
  #isMember = false;
  #leads = false;
  #cancelLost: () => void = () => undefined;

  constructor(private readonly deps: GroupSeatDeps) {}

  get share(): Share {
    return this.#given.share;
  }

  /** Of the assignment that `share` came from. */
  get generation(): number {
    return this.#given.generation;
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** Undefined before the first assignment, and while the session is lost. */
  membership(): Membership | undefined {
    if (!this.#isMember) return undefined;
    const { generation, leader, workers } = this.#given;
    return { generation, leader, workers };
  }

  claims(): Buffer {
    return encodeClaims({ workerId: this.deps.workerId, generation: this.generation, has: this.share });
  }

  lead(peers: readonly GroupPeer[], generation: number): ReadonlyMap<string, Buffer> {
    return this.deps.leader.lead(peers, generation);
  }

  given(bytes: Buffer, _generation: number, leads: boolean): void {
    const { logger, changed } = this.deps;
    const given = decodeGiven(bytes);
    this.#cancelLost();
    this.#leads = leads;
    this.#isMember = given !== undefined;
    if (given === undefined) {
      const message =
        'the leader of the workers says nothing that this version understands; this worker goes on with what it has';
      logger.warn({}, message);
      return;
    }
    this.#given = given;
    const { leader, workers, generation, share } = given;
    const { connectors, tasks } = share;
    logger.info(
      { leader, workers, generation, connectors, tasks: Object.fromEntries(tasks) },
      'given by the leader of the workers',
    );
    changed();
  }

  /** Others may run its tasks by now. Two that run one are members of the same group, so no record is lost or doubled by it; a session that is
   *  back at once, with the same tasks, needs no stop. */
  lost(): void {
    const { clock, logger, rejoinTimeoutMs } = this.deps;
    this.#isMember = false;
    this.#leads = false;
    this.#cancelLost();
    this.#cancelLost = clock.after(rejoinTimeoutMs, () => {
      logger.error({}, 'the session of this worker is lost and it could not join anew; its tasks are stopped');
      this.letGo();
    });
  }

  failed(error: FatalError): void {
    this.letGo();
    this.deps.failed(error);
  }

  /** Gives up what it has. */
  letGo(): void {
    this.#cancelLost();
    this.#isMember = false;
    this.#leads = false;
    this.#given = { ...this.#given, share: NOTHING };
    this.deps.changed();
  }
}
