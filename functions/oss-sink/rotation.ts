/** Intervals of time that objects are rotated by. They count from midnight of `oss.time.zone`, as people read the clock: where it is set back
 *  an hour, the two hours of one name are one. */
import type { PeriodOf } from '../../shared/sink.ts';
import { timeFormat } from '../../shared/time-pattern.ts';

/** Off, as Kafka Connect's users write it. */
export const NO_ROTATION = -1;
const MIN_INTERVAL_MS = 1_000;
/** All zones in use are whole quarters of an hour from UTC. */
const QUARTER_HOUR_MS = 900_000;

/** What is wrong with an interval, or `undefined`. */
export function rotationProblem(intervalMs: number): string | undefined {
  if (intervalMs === NO_ROTATION || intervalMs >= MIN_INTERVAL_MS) return undefined;
  return `is ${intervalMs}; expected ${MIN_INTERVAL_MS} ms or more, or ${NO_ROTATION} for none`;
}

/** Number of the interval that an instant lies in; `undefined` where there are none. NaN for a time that is on no calendar. */
export function rotation(intervalMs: number, timeZone: string): PeriodOf | undefined {
  if (intervalMs === NO_ROTATION) return undefined;
  const local = timeFormat('yyyy-MM-ddTHH:mm', timeZone);
  let lastQuarter = Number.NaN;
  let offsetMs = 0;
  return (epochMs) => {
    const quarter = Math.floor(epochMs / QUARTER_HOUR_MS);
    if (quarter !== lastQuarter) {
      const start = quarter * QUARTER_HOUR_MS;
      offsetMs = Date.parse(`${local(start)}Z`) - start;
      lastQuarter = quarter;
    }
    return Math.floor((epochMs + offsetMs) / intervalMs);
  };
}
