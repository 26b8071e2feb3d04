/** One bounded run: reads until it caught up or its time is over, then finishes.
 *
 *    reading --caught up--> stopping
 *    reading --readMs over--> finishing (nothing more is read, open batches go out) --all settled, or sendMs over--> stopping
 *    stopping: nothing is sent or tried again; what is under way may end within finishMs, then it is given up; commit, leave the group
 *
 *  What is given up is not committed: the next run reads it again. If the process dies anywhere, the same. */
import type { Clock } from '../../../shared/clock.ts';
import type { RunReport } from '../worker.ts';
import type { RunTimes } from './run-times.ts';

/** Why a run ended: everything up to the end offsets of its start is settled, or its time was over. */
export type RunEnd = 'caught-up' | 'time';

interface BoundedWorker {
  run(untilCaughtUp: boolean, stop: AbortSignal, kill: AbortSignal): Promise<RunReport>;
}

/** Runs the worker that `make` makes, which obeys the signal it is given as `WorkerSetup.lastCall` says and whose `shutdown.timeout.ms` is
 *  `times.finishMs`.
 *  @param times undefined: as long as it takes
 *  @throws as `Worker.run`, and what `make` throws */
export async function timedRun(
  times: RunTimes | undefined,
  make: (lastCall: AbortSignal) => Promise<BoundedWorker>,
  clock: Clock,
): Promise<{ readonly report: RunReport; readonly end: RunEnd }> {
  const lastCall = new AbortController();
  const stop = new AbortController();
  const timers: (() => void)[] = [];
  if (times !== undefined) {
    const { readMs, sendMs } = times;
    timers.push(
      clock.after(readMs, () => lastCall.abort(new Error('the time for reading is over'))),
      clock.after(readMs + sendMs, () => stop.abort(new Error('the time of the run is over'))),
    );
  }
  try {
    const worker = await make(lastCall.signal);
    // Nobody is there to press a key twice.
    const report = await worker.run(true, stop.signal, new AbortController().signal);
    return { report, end: lastCall.signal.aborted ? 'time' : 'caught-up' };
  } finally {
    for (const cancel of timers) cancel();
  }
}
