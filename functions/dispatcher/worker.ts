/** All connectors of one process, from start to stop. */
import type { Clock } from '../../shared/clock.ts';
import { FatalError, toError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Connector, ConnectorStatus } from './connector.ts';

export interface WorkerOptions {
  /** A graceful stop takes no longer; what is under way then is given up and read again later. */
  readonly shutdownTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How a run ended. `ok` is false when a task failed or a partition waits for a person. */
export interface RunReport {
  readonly ok: boolean;
  /** Why not, one line each. */
  readonly reasons: readonly string[];
  readonly connectors: readonly ConnectorStatus[];
}

export class Worker {
  constructor(
    private readonly connectors: readonly Connector[],
    private readonly options: WorkerOptions,
  ) {}

  statuses(): ConnectorStatus[] {
    return this.connectors.map((connector) => connector.status());
  }

  /** Runs all connectors until `stop` is aborted, until they caught up where that is asked for, or until every one of them
   *  failed; then stops gracefully. Aborting `kill` gives up what is under way at once.
   *  @throws FatalError or RetriableError when a connector could not start; what was started is stopped before */
  async run(untilCaughtUp: boolean, stop: AbortSignal, kill: AbortSignal): Promise<RunReport> {
    let report: RunReport;
    try {
      await Promise.all(this.connectors.map((connector) => connector.start(untilCaughtUp)));
      await this.#work(untilCaughtUp, stop);
    } finally {
      report = this.#report();
      await this.#stop(kill);
    }
    return { ...report, connectors: this.statuses() };
  }

  async #work(untilCaughtUp: boolean, stop: AbortSignal): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      if (stop.aborted) resolve();
      else stop.addEventListener('abort', () => resolve(), { once: true });
    });
    const ended = this.connectors.map(async (connector) => {
      if (!untilCaughtUp) return void (await connector.failed());
      try {
        await connector.caughtUp(stop);
      } catch (error) {
        // A failed connector is in the report; the others go on.
        if (!(error instanceof FatalError) && !stop.aborted) throw error;
      }
    });
    await Promise.race([stopped, Promise.all(ended)]);
  }

  #report(): RunReport {
    const connectors = this.statuses();
    const reasons = connectors.flatMap(({ name, tasks, waiting }) => [
      ...tasks
        .filter(({ state }) => state === 'failed')
        .map(({ id, trace }) => `connector ${name}, task ${id} failed: ${trace?.split('\n')[0]}`),
      ...waiting.map(
        ({ topic, partition, reason }) => `connector ${name}, ${topic}-${partition} waits for a person: ${reason}`,
      ),
    ]);
    return { ok: reasons.length === 0, reasons, connectors };
  }

  async #stop(kill: AbortSignal): Promise<void> {
    const abort = () => {
      for (const connector of this.connectors) connector.abort();
    };
    const cancel = this.options.clock.after(this.options.shutdownTimeoutMs, () => {
      this.options.logger.warn({}, 'shutdown.timeout.ms is over; what is under way is given up and read again later');
      abort();
    });
    if (kill.aborted) abort();
    else kill.addEventListener('abort', abort, { once: true });
    try {
      const results = await Promise.allSettled(this.connectors.map((connector) => connector.stop()));
      for (const result of results) {
        if (result.status === 'rejected')
          this.options.logger.warn({ reason: toError(result.reason).message }, 'stopping a connector');
      }
    } finally {
      cancel();
      kill.removeEventListener('abort', abort);
    }
  }
}
