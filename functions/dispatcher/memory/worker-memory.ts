/** The memory of a worker: one budget, and the two that act on it. */
import { BufferPool } from '../../../shared/buffer-pool.ts';
import type { Clock } from '../../../shared/clock.ts';
import { kernel } from '../../../shared/kernel/load-kernel.ts';
import { FairIntake } from './fair-intake.ts';
import { MemoryBudget } from './memory-budget.ts';
import { type MemoryCounts, OwnCounts } from './memory-counts.ts';
import { RequestRoom } from './request-room.ts';

/** A frame may be held for long, and counts as what its buffer takes. */
const FRAME_LEAST_FILLED = 0.5;
const FRAME_STEP_BYTES = 256 * 1024;

/** Shared by all connectors of a worker. */
export interface WorkerMemory {
  readonly budget: MemoryBudget;
  readonly intake: FairIntake;
  readonly room: RequestRoom;
  /** What fetches are read into. What is free of it and what is held are within the budget together. */
  readonly frames: BufferPool;
}

/** Between two looks at who may read, where nothing speaks against waiting. */
const REVIEW_MS = 5;

/** What a worker's memory is made with. */
export interface WorkerMemoryOptions {
  /** Absent: who may read is looked at after every change. */
  readonly clock?: Pick<Clock, 'after'>;
  /** Of one of `threads` threads that share the budget. */
  readonly counts?: MemoryCounts;
  readonly threads?: number;
}

/** @param limitBytes `memory.budget.bytes` */
export function workerMemory(
  limitBytes: number,
  { clock, counts = new OwnCounts(), threads = 1 }: WorkerMemoryOptions = {},
): WorkerMemory {
  const budget = new MemoryBudget(limitBytes, counts);
  const later = clock && ((decide: () => void) => void clock.after(REVIEW_MS, decide));
  return {
    budget,
    intake: new FairIntake(budget, later),
    room: new RequestRoom(budget),
    frames: new BufferPool({
      maxFreeBytes: budget.holdableBytes / threads,
      leastFilled: FRAME_LEAST_FILLED,
      // Fetches that are full are all of one size.
      sizeFor: (bytes) => Math.ceil(bytes / FRAME_STEP_BYTES) * FRAME_STEP_BYTES,
      allocate: (bytes) => kernel.buffer(bytes),
      grow: (buffer, bytes) => kernel.grown(buffer, bytes),
    }),
  };
}
