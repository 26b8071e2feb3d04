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

export class FairIntake {
  readonly #budget: MemoryBudget;
  readonly #later: (decide: () => void) => void;
  /** With whether it may read. */
  readonly #members = new Map<IntakeMember, boolean>();
  readonly #byConnector = new Map<string, Set<IntakeMember>>();
  /** What ends the part that a member has in the budget. */
  readonly #parts = new Map<IntakeMember, () => void>();
  #busy = false;
  #again = false;
  #anyHeld = false;
  #scheduled = false;
  /** At the last decision. */
  #wasFull = false;

  /** @param later puts decisions off that need not be made at once: each looks at every partition of the worker. By default none is */
  constructor(budget: MemoryBudget, later: (decide: () => void) => void = (decide) => decide()) {
    this.#budget = budget;
    this.#later = later;
    budget.onFreed(() => this.review());
  }

  /** A partition that comes; it may read until it is told otherwise. */
  join(member: IntakeMember): void {
    this.#members.set(member, true);
    this.#parts.set(member, this.#budget.join());
    const group = this.#byConnector.get(member.connector);
    if (group === undefined) this.#byConnector.set(member.connector, new Set([member]));
    else group.add(member);
    this.review();
  }

  leave(member: IntakeMember): void {
    this.#members.delete(member);
    this.#parts.get(member)?.();
    this.#parts.delete(member);
    const group = this.#byConnector.get(member.connector);
    group?.delete(member);
    if (group?.size === 0) this.#byConnector.delete(member.connector);
    this.review();
  }

  /** Brings the permissions in line with what is held. Call after taking records in, outside of the loops that add them, and after a batch
   *  was settled. */
  review(): void {
    const { usedBytes, holdableBytes, firstMarkBytes } = this.#budget;
    if (!this.#anyHeld && usedBytes < firstMarkBytes) return;
    // Those that still read must not go on beyond the bound.
    if (usedBytes >= holdableBytes && !this.#wasFull) this.#decideNow();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      this.#later(() => {
        this.#scheduled = false;
        this.#decideNow();
      });
    }
  }

  #decideNow(): void {
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
    const { holdableBytes, firstMarkBytes: firstMark } = this.#budget;
    this.#wasFull = this.#budget.isFull;
    if (this.#budget.usedBytes < firstMark) {
      if (this.#anyHeld) for (const member of this.#members.keys()) this.#allow(member, true);
      this.#anyHeld = false;
      return;
    }
    this.#anyHeld = true;
    if (this.#wasFull) this.#closeEarly(firstMark);
    // Those with less than their share read, unless the bound is reached.
    const share = this.#budget.isFull ? 0 : (holdableBytes - firstMark) / this.#budget.members;
    const readers = new Set<IntakeMember>();
    for (const members of this.#byConnector.values()) this.#decideFor(members, share, readers);
    for (const member of readers) this.#allow(member, true);
  }

  /** Adds those of a connector's `members` that may read to `readers`, and holds the others. */
  #decideFor(members: ReadonlySet<IntakeMember>, share: number, readers: Set<IntakeMember>): void {
    const waiting: IntakeMember[] = [];
    let pendingBytes = 0;
    for (const member of members) {
      const pending = member.pendingBytes;
      pendingBytes += pending;
      if (member.openBytes + pending < share) readers.add(member);
      else {
        this.#allow(member, false);
        if (member.canRead) waiting.push(member);
      }
    }
    if (waiting.length > 0 && pendingBytes === 0) this.#keepGoing(members, waiting, readers);
  }

  /** The largest open batches go out until what is on its way brings us below the first mark. Of several threads each closes for its part of
   *  what is held. */
  #closeEarly(firstMark: number): void {
    const members = [...this.#members.keys()];
    closeUntil(members, (pending) => {
      const { usedBytes, ownBytes } = this.#budget;
      const part = usedBytes === 0 ? 1 : ownBytes / usedBytes;
      return pending >= (usedBytes - firstMark) * part;
    });
  }

  /** A connector with nothing on its way gets something on its way, or reads. */
  #keepGoing(members: Iterable<IntakeMember>, waiting: readonly IntakeMember[], readers: Set<IntakeMember>): void {
    const half = sum(waiting, ({ openBytes }) => openBytes) / 2;
    if (half === 0) {
      for (const member of members) readers.add(member);
      return;
    }
    if (closeUntil(waiting, (pending) => pending >= half)) return;
    const largest = byOpenBytes(waiting)[0];
    if (largest !== undefined) readers.add(largest);
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
  let pendingBytes = sum(members, (member) => member.pendingBytes);
  if (enough(pendingBytes)) return false;
  let closed = false;
  const open = byOpenBytes(members);
  while (!enough(pendingBytes)) {
    const largest = open.shift();
    if (largest === undefined || largest.openBytes === 0) break;
    const before = largest.pendingBytes;
    // What may not be closed stays out of the way of the others.
    if (!largest.closeLargest()) continue;
    closed = true;
    pendingBytes += largest.pendingBytes - before;
    // It may have another one.
    const { openBytes } = largest;
    const at = open.findIndex((member) => member.openBytes <= openBytes);
    open.splice(at < 0 ? open.length : at, 0, largest);
  }
  return closed;
}

function byOpenBytes(members: readonly IntakeMember[]): IntakeMember[] {
  return members
    .map((member) => ({ member, openBytes: member.openBytes }))
    .sort((a, b) => b.openBytes - a.openBytes)
    .map(({ member }) => member);
}

function sum(members: readonly IntakeMember[], of: (member: IntakeMember) => number): number {
  return members.reduce((total, member) => total + of(member), 0);
}
