/** One byte budget for a whole worker, over all connectors. */

/** Who holds bytes: a task. */
export interface BudgetMember {
  /** Bytes in batches that are still open. */
  openBytes(): number;
  /** Bytes in batches that are closed and not yet acked. */
  pendingBytes(): number;
  /** Closes its largest open batch; false when it has none. */
  closeLargest(): boolean;
  /** No more fetches until `resumeIntake`. */
  pauseIntake(): void;
  resumeIntake(): void;
}

/** Intake goes on again when this share of the budget is free. */
const RESUME_SHARE = 0.75;

/** Counts the bytes of records between fetch and ack. At the bound all members pause and the largest open batches close early
 *  until enough is on its way to the targets to get below the bound again. Nothing waits for ever: what is held is either
 *  open (then it closes here) or pending (then a target's answer frees it). A record larger than the whole budget passes. */
export class MemoryBudget {
  readonly #limitBytes: number;
  readonly #members = new Set<BudgetMember>();
  #usedBytes = 0;
  #pressed = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** True while members are paused. */
  get pressed(): boolean {
    return this.#pressed;
  }

  join(member: BudgetMember): void {
    this.#members.add(member);
    if (this.#pressed) member.pauseIntake();
  }

  leave(member: BudgetMember): void {
    this.#members.delete(member);
  }

  /** A member holds `deltaBytes` more, or less, than before. */
  change(deltaBytes: number): void {
    this.#usedBytes += deltaBytes;
    if (deltaBytes < 0) this.relieve();
  }

  /** Brings the state in line with what is held. Call after taking records in, outside the loops that add them. */
  relieve(): void {
    if (this.#usedBytes >= this.#limitBytes) {
      if (!this.#pressed) {
        this.#pressed = true;
        for (const member of this.#members) member.pauseIntake();
      }
    } else if (this.#pressed && this.#usedBytes <= this.#limitBytes * RESUME_SHARE) {
      this.#pressed = false;
      for (const member of this.#members) member.resumeIntake();
    }
    if (this.#pressed) this.#closeEarly();
  }

  #closeEarly(): void {
    const excess = this.#usedBytes - this.#limitBytes * RESUME_SHARE;
    for (;;) {
      let pending = 0;
      let largest: BudgetMember | undefined;
      for (const member of this.#members) {
        pending += member.pendingBytes();
        if (largest === undefined || member.openBytes() > largest.openBytes()) largest = member;
      }
      if (pending >= excess || largest === undefined || largest.openBytes() === 0) return;
      if (!largest.closeLargest()) return;
    }
  }
}
