/** A worker whose tasks run in other threads. This one keeps what is of the process: its progress, metrics, signals and end. */

import type { Clock } from '../../../shared/clock.ts';
import type { ConnectorStatus } from '../connector-contract.ts';
import type { Metrics } from '../metrics.ts';
import type { RunReport, Worker } from '../worker.ts';
import { mergedMetrics, type ThreadMetrics } from './merged-metrics.ts';
import type { ThreadLink } from './thread-link.ts';

export interface ThreadedWorkerParts {
  readonly links: readonly ThreadLink[];
  /** Over the connectors of all threads. */
  readonly worker: Worker;
  /** Of the main thread. */
  readonly metrics: Pick<Metrics, 'registry'>;
  /** Aborted with `WORKER_THREAD_DIED`. */
  readonly died: AbortSignal;
  readonly clock: Pick<Clock, 'after'>;
}

/** A thread that is busy for longer, with a function that does not let go of it, must not hide what the others count. */
const METRICS_WITHIN_MS = 1_000;

export class ThreadedWorker {
  /** What each thread answered last. */
  readonly #metrics = new Map<ThreadLink, ThreadMetrics>();

  constructor(private readonly parts: ThreadedWorkerParts) {}

  statuses(): ConnectorStatus[] {
    return this.parts.worker.statuses();
  }

  async metrics(): Promise<string> {
    const own = await this.parts.metrics.registry.getMetricsAsJSON();
    return await mergedMetrics([own, ...(await Promise.all(this.parts.links.map((link) => this.#metricsOf(link))))]);
  }

  /** As `Worker.run`. No thread is left when it ends.
   *  @throws FatalError `WORKER_THREAD_DIED`: the others gave up what was under way */
  async run(untilCaughtUp: boolean, stop: AbortSignal, kill: AbortSignal): Promise<RunReport> {
    const { links, worker, died } = this.parts;
    try {
      for (const link of links) link.start();
      const report = await worker.run(untilCaughtUp, AbortSignal.any([stop, died]), AbortSignal.any([kill, died]));
      const stallsMs = links.map(({ longestStallMs }) => longestStallMs);
      return { ...report, longestStallMs: Math.max(report.longestStallMs, ...stallsMs) };
    } finally {
      await Promise.all(links.map((link) => link.end()));
      // A start that failed by it, or a report that knows nothing of it, says less.
      died.throwIfAborted();
    }
  }

  async #metricsOf(link: ThreadLink): Promise<ThreadMetrics> {
    let cancel: () => void = () => undefined;
    const late = new Promise<never>((_, reject) => {
      cancel = this.parts.clock.after(METRICS_WITHIN_MS, () => reject(new Error('no answer')));
    });
    try {
      const { metrics = [] } = await Promise.race([link.ask({ call: 'metrics' }), late]);
      this.#metrics.set(link, metrics);
      return metrics;
    } catch {
      // It has not started yet, is busy, or has ended: what it counted stays.
      return this.#metrics.get(link) ?? [];
    } finally {
      cancel();
    }
  }
}
