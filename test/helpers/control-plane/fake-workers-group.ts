import type { FatalError } from '../../../shared/errors.ts';
import type { WorkerGroup, WorkerGroupListener } from '../../../shared/kafka/worker-group.ts';

interface Member {
  readonly memberId: string;
  readonly listener: WorkerGroupListener;
}

/** The group of the workers in memory: whoever joined first leads, and a rebalance is done before anything else happens. */
export class FakeWorkersGroup {
  #members: Member[] = [];
  #joined = 0;
  #due = false;
  generation = 0;

  /** For one worker's herder. */
  member(): (listener: WorkerGroupListener) => Pick<WorkerGroup, 'join' | 'rejoin' | 'leave'> {
    const memberId = `member-${++this.#joined}`;
    return (listener) => ({
      join: () => {
        this.#members.push({ memberId, listener });
        this.#rebalance();
      },
      rejoin: () => {
        if (this.#members[0]?.memberId === memberId) this.#rebalance();
      },
      leave: async () => this.#without(memberId),
    });
  }

  /** The member is gone, and nobody told it: its session ran out. */
  die(index: number): void {
    const member = this.#members[index];
    if (member !== undefined) this.#without(member.memberId);
  }

  /** The coordinator forgot everybody; they join again at once, unless `stay` keeps them out. */
  forgetAll({ stay = false } = {}): void {
    for (const { listener } of this.#members) listener.lost();
    if (!stay) this.#rebalance();
  }

  refuse(index: number, error: FatalError): void {
    this.#members.splice(index, 1)[0]?.listener.failed(error);
  }

  #without(memberId: string): void {
    this.#members = this.#members.filter((member) => member.memberId !== memberId);
    this.#rebalance();
  }

  #rebalance(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      const [leader] = this.#members;
      if (leader === undefined) return;
      this.generation++;
      const peers = this.#members.map(({ memberId, listener }) => ({ memberId, claims: listener.claims() }));
      const given = leader.listener.lead(peers, this.generation);
      for (const { memberId, listener } of [...this.#members]) {
        listener.given(given.get(memberId) ?? Buffer.alloc(0), this.generation, memberId === leader.memberId);
      }
    });
  }
}
