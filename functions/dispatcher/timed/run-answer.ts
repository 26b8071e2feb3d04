/** What a bounded run answers, in short: people read it in the console, alarms never. */
import type { ConnectorStatus } from '../connector-contract.ts';
import type { RunEnd } from './timed-run.ts';

export interface RunAnswer {
  readonly connector: string;
  readonly ended: RunEnd;
  /** Records; `released` were read, not settled, and come again. */
  readonly read: number;
  readonly written: number;
  readonly errant: number;
  readonly dropped: number;
  readonly released: number;
  /** Offsets that Kafka deleted before they were read. */
  readonly gap: number;
  readonly batches: number;
  /** Offsets that were left, over the partitions that this run had. */
  readonly lag: number;
  readonly durationMs: number;
}

/** @param metrics of the run, as Prometheus text */
export function runAnswer(
  { name, totals, lag }: ConnectorStatus,
  ended: RunEnd,
  metrics: string,
  durationMs: number,
): RunAnswer {
  const { polled, written, errant, dropped, released, gap } = totals;
  const batches = sumOf(metrics, 'spillway_batches_closed_total');
  return { connector: name, ended, read: polled, written, errant, dropped, released, gap, batches, lag, durationMs };
}

/** Sum over all series of a counter in Prometheus text; 0 where it has none. */
function sumOf(metrics: string, counter: string): number {
  let sum = 0;
  for (const line of metrics.split('\n')) {
    if (line.startsWith(`${counter}{`)) sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}
