/** Where a group consumer is in its life.
 *
 *  ```
 *  new ──start──> joining ──assigned──> stable ──rebalance, topics changed──> joining
 *                    │  ^                 │
 *                    │  └──session lost───┤      (listener.lost for everything, then a new member joins)
 *                    │                    │
 *                    │ <──drained── revoking <── the join's answer lacks partitions that were owned
 *                    │
 *        any ──close──> closing ──> closed       (revoke everything, leave, disconnect)
 *        any ──refused for good──> closing       (nothing left to revoke: everything was let go; listener.failed at the end)
 *  ```
 *
 *  While `joining`, partitions that are owned go on being read, processed and committed; nothing is fenced. Only what the answer
 *  takes away is fenced, drained and committed (`revoking`), and only after the next join without it can another member get it.
 *  Heartbeats go on in `stable` and `revoking`; JoinGroup itself keeps a member alive while it waits. */
export type ConsumerState = 'new' | 'joining' | 'revoking' | 'stable' | 'closing' | 'closed';

const ALLOWED: Readonly<Record<ConsumerState, readonly ConsumerState[]>> = {
  new: ['joining', 'closing'],
  joining: ['joining', 'revoking', 'stable', 'closing'],
  revoking: ['joining', 'closing'],
  stable: ['joining', 'closing'],
  closing: ['closed'],
  closed: [],
};

/** Holds the state; a transition that the diagram does not have throws, which the consumer reports as its failure. */
export class ConsumerStateMachine {
  #state: ConsumerState = 'new';

  get state(): ConsumerState {
    return this.#state;
  }

  enter(next: ConsumerState): void {
    if (!ALLOWED[this.#state].includes(next))
      throw new Error(`a consumer that is ${this.#state} cannot become ${next}`);
    this.#state = next;
  }
}
