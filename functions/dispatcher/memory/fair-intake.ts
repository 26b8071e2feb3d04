/** Who may read while memory is short, and whose batches close early.
 *
 *  Below a first mark every partition reads. Above it only those read that hold less than their small share of what is left; at the
 *  bound nobody does, and the largest open batches close until enough is on its way. Nothing waits for ever, whatever another connector
 *  does: a connector that has nothing on its way closes batches of its own, and where it has none that may be closed, one of its
 *  partitions reads on, beyond the bound, until its batch is complete. */
import type { MemoryBudget } from './memory-budget.ts';

/** A partition that holds records. */
export interface IntakeMember {
  readonly connector: string;
  /** Encoded bytes in batches that are still open. */
  readonly openBytes: number;
  /** Encoded bytes closed and not settled. */
  readonly pendingBytes: number;
  /** False where it does not read for a reason of its own: it is stopped, or on its way to another owner. */
  readonly canRead: boolean;
  /** Closes its largest open batch; false when it has none that may be closed. */
  closeLargest(): boolean;
  /** Whether it may read. Called when that changes. */
  allowIntake(allowed: boolean): void;
}

/** Share of what may be held up to which all read. */
const FIRST_MARK = 0.75;

export class FairIntake {
  readonly #budget: MemoryBudget;
  /** With whether it may read. */
  readonly #members = new Map<IntakeMember, boolean>();
  #busy = false;
  #again = false;
  #anyHeld = false;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
    budget.onFreed(() => this.review());
  }

  /** A partition that comes; it may read until it is told otherwise. */
  join(member: IntakeMember): void {
    this.#members.set(member, true);
    this.review();
  }

  leave(member: IntakeMember): void {
    this.#members.delete(member);
    this.review();
  }

  /** Brings the permissions in line with what is held. Call after taking records in, outside of the loops that add them, and after a batch
   *  was settled. */
  review(): void {
    // Closing a batch sends it, and allowing intake fetches: both may come back here.
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again) {
        this.#again = false;
        this.#decide();
      }
    } finally {
      this.#busy = false;
    }
  }

  #decide(): void {
    const firstMark = this.#budget.holdableBytes * FIRST_MARK;
    if (this.#budget.usedBytes < firstMark) {
      if (this.#anyHeld) for (const member of this.#members.keys()) this.#allow(member, true);
      this.#anyHeld = false;
      return;
    }
    this.#anyHeld = true;
    if (this.#budget.usedBytes >= this.#budget.holdableBytes) this.#closeEarly(firstMark);
    const readers = this.#readers(firstMark);
    for (const members of this.#byConnector()) {
      for (const member of members) if (!readers.has(member)) this.#allow(member, false);
      this.#keepGoing(members, readers);
    }
    for (const member of readers) this.#allow(member, true);
  }

  /** Those with less than their share, unless the bound is reached. */
  #readers(firstMark: number): Set<IntakeMember> {
    const { usedBytes, holdableBytes } = this.#budget;
    if (usedBytes >= holdableBytes) return new Set();
    const share = (holdableBytes - firstMark) / this.#members.size;
    return new Set([...this.#members.keys()].filter((member) => held(member) < share));
  }

  /** The largest open batches go out until what is on its way brings us below the first mark. */
  #closeEarly(firstMark: number): void {
    const members = [...this.#members.keys()];
    closeUntil(members, (pending) => pending >= this.#budget.usedBytes - firstMark);
  }

  /** A connector with nothing on its way gets something on its way, or reads. */
  #keepGoing(members: readonly IntakeMember[], readers: Set<IntakeMember>): void {
    const waiting = members.filter((member) => !readers.has(member) && member.canRead);
    if (waiting.length === 0 || sum(members, (m) => m.pendingBytes) > 0) return;
    const half = sum(waiting, held) / 2;
    if (half === 0) {
      for (const member of members) readers.add(member);
      return;
    }
    if (closeUntil(waiting, (pending) => pending >= half)) return;
    const largest = byOpenBytes(waiting)[0];
    if (largest !== undefined) readers.add(largest);
  }

  #byConnector(): IntakeMember[][] {
    const groups = new Map<string, IntakeMember[]>();
    for (const member of this.#members.keys()) {
      const group = groups.get(member.connector);
      if (group === undefined) groups.set(member.connector, [member]);
      else group.push(member);
    }
    return [...groups.values()];
  }

  #allow(member: IntakeMember, allowed: boolean): void {
    const before = this.#members.get(member);
    // It may have left meanwhile.
    if (before === undefined || before === allowed) return;
    this.#members.set(member, allowed);
    member.allowIntake(allowed);
  }
}

/** Closes the largest open batches of `members` until `enough` says so of their pending bytes; true when it closed any. */
function closeUntil(members: readonly IntakeMember[], enough: (pendingBytes: number) => boolean): boolean {
  let closed = false;
  // What may not be closed stays out of the way of the others.
  let candidates = members;
  while (!enough(sum(members, (member) => member.pendingBytes))) {
    const largest = byOpenBytes(candidates)[0];
    if (largest === undefined || largest.openBytes === 0) break;
    if (largest.closeLargest()) closed = true;
    else candidates = candidates.filter((member) => member !== largest);
  }
  return closed;
}

function byOpenBytes(members: readonly IntakeMember[]): IntakeMember[] {
  return [...members].sort((a, b) => b.openBytes - a.openBytes);
}

function held(member: IntakeMember): number {
  return member.openBytes + member.pendingBytes;
}

function sum(members: readonly IntakeMember[], of: (member: IntakeMember) => number): number {
  return members.reduce((total, member) => total + of(member), 0);
}
