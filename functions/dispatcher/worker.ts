/** All connectors of one process, from start to stop. */
import { aborted } from '../../shared/aborted.ts';
import type { Clock } from '../../shared/clock.ts';
import { FatalError, toError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Connector } from './connector.ts';
import type { ConnectorStatus } from './connector-contract.ts';
import type { EventLoopStalls } from './event-loop-stalls.ts';

export interface WorkerOptions {
  /** A graceful stop takes no longer; what is under way then is given up and read again later. */
  readonly shutdownTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stalls: Pick<EventLoopStalls, 'longestMs' | 'stop'>;
}

/** How a run ended. `ok` is false when a task failed or a partition waits for a person. */
export interface RunReport {
  readonly ok: boolean;
  /** Why not, one line each. */
  readonly reasons: readonly string[];
  /** False when it was stopped before all connectors had joined their groups: Kafka was slow, or not there. */
  readonly started: boolean;
  readonly connectors: readonly ConnectorStatus[];
  /** The longest time for which the process attended to nothing. */
  readonly longestStallMs: number;
}

/** What a worker needs of a connector. */
export type RunningConnector = Pick<Connector, 'start' | 'caughtUp' | 'failed' | 'stop' | 'abort' | 'status'>;

export class Worker {
  constructor(
    private readonly connectors: readonly RunningConnector[],
    private readonly options: WorkerOptions,
  ) {}

  statuses(): ConnectorStatus[] {
    return this.connectors.map((connector) => connector.status());
  }

  /** Runs all connectors until `stop` is aborted (while they start, too), until they caught up where that is asked for, or until
   *  every one of them failed; then stops gracefully. Aborting `kill` gives up what is under way at once.
   *  @throws FatalError or RetriableError when a connector could not start; what was started is stopped before */
  async run(untilCaughtUp: boolean, stop: AbortSignal, kill: AbortSignal): Promise<RunReport> {
    const { stalls } = this.options;
    let report: Pick<RunReport, 'ok' | 'reasons'>;
    let started = false;
    try {
      // A group may take minutes to give out its partitions: whoever stops us then does not wait for that.
      const starting = this.#start(untilCaughtUp).then(() => {
        started = true;
      });
      await Promise.race([aborted(stop), starting]);
      if (!stop.aborted) await this.#work(untilCaughtUp, stop);
    } finally {
      report = this.#report();
      await this.#stop(kill);
      stalls.stop();
    }
    return { ...report, started, connectors: this.statuses(), longestStallMs: stalls.longestMs };
  }

  async #start(untilCaughtUp: boolean): Promise<void> {
    await Promise.all(this.connectors.map((connector) => connector.start(untilCaughtUp)));
  }

  async #work(untilCaughtUp: boolean, stop: AbortSignal): Promise<void> {
    const ended = this.connectors.map(async (connector) => {
      if (!untilCaughtUp) return void (await connector.failed());
      try {
        await connector.caughtUp(stop);
      } catch (error) {
        // A failed connector is in the report; the others go on.
        if (!(error instanceof FatalError) && !stop.aborted) throw error;
      }
    });
    await Promise.race([aborted(stop), Promise.all(ended)]);
  }

  #report(): Pick<RunReport, 'ok' | 'reasons'> {
    const reasons = this.statuses().flatMap(({ name, tasks, waiting }) => [
      ...failures(name, tasks),
      ...waiting.map(
        ({ topic, partition, reason }) => `connector ${name}, ${topic}-${partition} waits for a person: ${reason}`,
      ),
    ]);
    return { ok: reasons.length === 0, reasons };
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

/** One line a code: tasks that fail for the same reason differ in request ids only. */
function failures(name: string, tasks: ConnectorStatus['tasks']): string[] {
  const byCode = new Map<string, { count: number; message: string }>();
  for (const { failure } of tasks) {
    if (failure === undefined) continue;
    const { code, message } = failure;
    byCode.set(code, { count: (byCode.get(code)?.count ?? 0) + 1, message: byCode.get(code)?.message ?? message });
  }
  return [...byCode].map(
    ([code, { count, message }]) => `connector ${name}, ${count} of ${tasks.length} tasks failed: ${code}: ${message}`,
  );
}
