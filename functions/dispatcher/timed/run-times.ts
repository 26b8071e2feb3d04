/** How the time of one bounded run is spent. Pure. */
import { FatalError } from '../../../shared/errors.ts';

/** What bounds a run. */
export interface RunLimits {
  /** The function's own time limit; undefined when called by hand outside of a platform. */
  readonly timeoutMs: number | undefined;
  /** Kept back of it for leaving the group and answering. */
  readonly reserveMs: number;
  /** What was asked for: how long to read at most. */
  readonly runMaxMs: number | undefined;
  /** What was asked for: how long finishing may take at most. */
  readonly shutdownTimeoutMs: number;
}

/** Times of a run that does not catch up before. One after the other; all of them undefined where nothing bounds it. */
export interface RunTimes {
  /** For reading. */
  readonly readMs: number;
  /** For sending what was read: open batches, those that wait, those that are tried again. */
  readonly sendMs: number;
  /** For ending what is under way then; what is left after that is given up. */
  readonly finishMs: number;
}

/** The larger part of a function's time is for reading. */
const FINISHING_SHARE = 1 / 4;

/** @throws FatalError `FUNCTION_TIMEOUT_TOO_SHORT` when the reserve takes all of the time limit */
export function runTimes({ timeoutMs, reserveMs, runMaxMs, shutdownTimeoutMs }: RunLimits): RunTimes | undefined {
  const leftMs = timeoutMs === undefined ? Number.POSITIVE_INFINITY : timeoutMs - reserveMs;
  if (leftMs <= 0) {
    throw new FatalError(
      'FUNCTION_TIMEOUT_TOO_SHORT',
      `the function's time limit of ${timeoutMs} ms leaves nothing after the ${reserveMs} ms kept for leaving the group (handler.reserve.ms); raise its timeout`,
    );
  }
  const endingMs = Math.min(shutdownTimeoutMs, leftMs * FINISHING_SHARE);
  const readMs = Math.min(runMaxMs ?? Number.POSITIVE_INFINITY, leftMs - endingMs);
  if (readMs === Number.POSITIVE_INFINITY) return undefined;
  const half = Math.floor(endingMs / 2);
  return { readMs: Math.floor(readMs), sendMs: half, finishMs: half };
}
