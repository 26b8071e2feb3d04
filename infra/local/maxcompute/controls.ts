/** What a test may do to a running stand-in. */
import type { Fault, Faults } from './faults.ts';
import type { SessionStore } from './session-store.ts';
import type { Slots } from './slots.ts';
import type { MaxComputeStats, Stats } from './stats.ts';

export interface MaxComputeControls {
  /** Orders a fault for the next matching requests; orders add up.
   *  @throws Error when the order is not a fault */
  setFault(order: unknown): Fault;
  clearFaults(): void;
  pendingFaults(): readonly object[];
  stats(): MaxComputeStats;
  /** Does to all sessions what a day does: they are `expired`, and refuse with `StatusConflict`. */
  expireSessions(): void;
  /** Does to all sessions what two days do: they are not known any more. */
  forgetSessions(): void;
  /** Gives every slot another address, and sets their number where one is given: stream clients hear of it in the answer, upsert clients by a 308. */
  moveSlots(count?: number): void;
}

/** Puts the controls together. */
export function controlsOf(faults: Faults, stats: Stats, sessions: SessionStore, slots: Slots): MaxComputeControls {
  return {
    setFault: (order) => faults.add(order),
    clearFaults: () => faults.clear(),
    pendingFaults: () => faults.pending(),
    stats: () => stats.snapshot(),
    expireSessions: () => {
      for (const session of sessions.all()) {
        if (session.status !== 'normal') continue;
        session.status = 'expired';
        sessions.save(session);
      }
    },
    forgetSessions: () => {
      for (const session of sessions.all()) sessions.forget(session);
    },
    moveSlots: (count) => slots.move(count),
  };
}
