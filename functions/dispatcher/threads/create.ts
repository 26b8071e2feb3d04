/** Puts a worker with threads together. */
import type { Clock } from '../../../shared/clock.ts';
import type { ConnectorConfig } from '../../../shared/config/connector-keys.ts';
import type { WorkerConfig } from '../../../shared/config/worker-keys.ts';
import type { FatalError } from '../../../shared/errors.ts';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import type { Logger } from '../../../shared/logger.ts';
import { type EventLoopStalls, watchStalls } from '../event-loop-stalls.ts';
import { MemoryBudget } from '../memory/memory-budget.ts';
import { Metrics } from '../metrics.ts';
import { Worker } from '../worker.ts';
import type { ThreadSeat } from './messages.ts';
import type { ThreadPlan } from './plan.ts';
import { SharedCounts, sharedCountsBuffer } from './shared-counts.ts';
import { ThreadLink } from './thread-link.ts';
import { ThreadedConnector } from './threaded-connector.ts';
import { ThreadedWorker } from './threaded-worker.ts';

export interface ThreadedWorkerDeps {
  /** In the order of the plan. */
  readonly configs: readonly ConnectorConfig[];
  readonly worker: Pick<WorkerConfig, 'memory.budget.bytes' | 'shutdown.timeout.ms'>;
  readonly resumeStopped: boolean;
  readonly driver: Pick<KafkaDriver, 'admin'>;
  /** Of the main thread. */
  readonly stalls: EventLoopStalls;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Not yet started: no thread is there before `run`. */
export function createThreadedWorker({ setup, connectors, tasks }: ThreadPlan, deps: ThreadedWorkerDeps) {
  const { configs, worker, stalls, clock, logger } = deps;
  // The main thread takes nothing and shows what all take.
  const memory = sharedCountsBuffer(tasks.length + 1);
  const metrics = new Metrics(new MemoryBudget(worker['memory.budget.bytes'], new SharedCounts(memory, 0)));
  watchStalls(stalls, metrics.registry);
  const died = new AbortController();
  const links = tasks.map((own, at) => {
    const seat: ThreadSeat = {
      index: at + 1,
      threads: tasks.length,
      tasks: own,
      connectors,
      worker: setup.worker,
      resumeStopped: deps.resumeStopped,
      memory,
    };
    const link: ThreadLink = new ThreadLink(seat, setup.start, {
      reports(reports) {
        for (const report of reports) named(report.status.name)?.reported(link, report);
      },
      failed: (connector, error) => named(connector)?.failedIn(link, error),
      log: setup.logLine,
      died(error: FatalError) {
        logger.error({ code: error.code, reason: error.message }, 'a thread died, so the run ends');
        died.abort(error);
      },
    });
    return link;
  });
  const threaded = configs.map((config, connector) => {
    const branches = links.flatMap((link) => {
      const taskIds = link.seat.tasks[connector] ?? [];
      return taskIds.length === 0 ? [] : [{ link, taskIds }];
    });
    return new ThreadedConnector(config, branches, deps);
  });
  const named = (name: string) => threaded.find((connector) => connector.name === name);
  const options = { shutdownTimeoutMs: worker['shutdown.timeout.ms'], clock, logger, stalls };
  return new ThreadedWorker({ links, worker: new Worker(threaded, options), metrics, died: died.signal, clock });
}
