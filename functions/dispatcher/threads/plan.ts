/** Whether a worker has threads, how many, and which tasks each of them runs. */
import type { ConnectorConfig } from '../../../shared/config/connector-keys.ts';
import type { RawConfig } from '../../../shared/config/parse.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { GivenConnector } from './messages.ts';
import type { StartThread } from './thread-link.ts';

/** What a program says that can serve as a thread of its own worker. */
export interface ThreadSetup {
  readonly start: StartThread;
  /** Settings of the worker as they were given, for threads to parse them again. */
  readonly worker: RawConfig;
  /** Takes lines of the threads' logs. */
  readonly logLine: (line: string) => void;
}

/** What is looked at of a connector. */
interface PlannedConnector {
  readonly parsed: { readonly connector: ConnectorConfig };
  readonly folder?: string;
  readonly writer?: unknown;
  readonly raw?: RawConfig;
}

export interface ThreadPlan {
  readonly setup: ThreadSetup;
  readonly connectors: readonly GivenConnector[];
  /** Ids of tasks, by thread and connector. */
  readonly tasks: readonly (readonly (readonly number[])[])[];
}

/** Undefined where all tasks run in the main thread: asked for, or since something cannot cross to another one. Says in the log what differs
 *  from what was asked for.
 *  @param wanted `worker.threads`
 *  @param cores that this process may use */
export function planThreads(
  connectors: readonly PlannedConnector[],
  wanted: number,
  cores: number,
  setup: ThreadSetup | undefined,
  logger: Logger,
): ThreadPlan | undefined {
  if (wanted === 1) return undefined;
  const given = connectors.flatMap(({ raw, folder, writer }) =>
    raw === undefined || writer !== undefined ? [] : [{ raw, folder }],
  );
  if (setup === undefined || given.length < connectors.length) {
    logger.warn({ wanted }, 'worker.threads is set, but this program runs its tasks in the main thread only');
    return undefined;
  }
  const tasksMax = connectors.map(({ parsed }) => parsed.connector['tasks.max']);
  const tasks = tasksMax.reduce((sum, max) => sum + max, 0);
  const threads = threadCount(wanted, cores, tasks);
  if (threads < wanted) {
    logger.warn(
      { wanted, threads, cores, tasks },
      'worker.threads is more than there are cores or tasks, so fewer run',
    );
  }
  if (threads === 1) return undefined;
  logger.info({ threads, tasks }, 'tasks are spread over threads');
  return { setup, connectors: given, tasks: spreadTasks(tasksMax, threads) };
}

/** Pure. @param wanted at least 1 */
export function threadCount(wanted: number, cores: number, tasks: number): number {
  return Math.max(1, Math.min(wanted, cores, tasks));
}

/** The tasks of all connectors, one after another, go to the threads in turn. Pure.
 *  @param tasksMax of each connector
 *  @returns ids of tasks, by thread and connector */
export function spreadTasks(tasksMax: readonly number[], threads: number): number[][][] {
  const spread = Array.from({ length: threads }, () => tasksMax.map((): number[] => []));
  let next = 0;
  for (const [connector, tasks] of tasksMax.entries()) {
    for (let id = 0; id < tasks; id++) spread[next++ % threads]?.[connector]?.push(id);
  }
  return spread;
}
