/** Hosts connectors that come and go while the process runs. They share the brokers' driver, the memory budget and the metrics; none waits for
 *  another. */
import type { KafkaAdmin } from '../../../shared/kafka/driver.ts';
import type { ConnectorDeps, ConnectorWay } from '../connector-contract.ts';
import type { EventLoopStalls } from '../event-loop-stalls.ts';
import type { WorkerLimits } from '../plan.ts';
import type { HostedEvents, HostedSetup } from './hosted.ts';
import { HostedConnector } from './hosted-connector.ts';

/** For what is given up when the process ends. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface HostDeps extends Omit<ConnectorDeps, 'limits'> {
  readonly limits: Omit<WorkerLimits, 'tasks'>;
  readonly stalls: Pick<EventLoopStalls, 'stop'>;
  /** What a connector carries records by; closing it is the connector's. */
  readonly wayOf: (setup: HostedSetup) => Promise<ConnectorWay>;
}

export class DispatcherHost {
  readonly #open = new Set<HostedConnector>();
  readonly #connectorDeps: ConnectorDeps;
  /** For all connectors: each uses it at its start only, and would keep its connections. */
  readonly #admin: KafkaAdmin;

  constructor(private readonly deps: HostDeps) {
    const tasks = () => this.#tasks();
    // Each fetch has its share of the budget by the tasks that there are then.
    const limits = {
      ...deps.limits,
      get tasks() {
        return tasks();
      },
    };
    this.#admin = deps.driver.admin();
    this.#connectorDeps = { ...deps, admin: this.#admin, limits };
  }

  /** Without tasks yet. One of the same name may still be open, and is left alone: only the tasks of one of them may run.
   *  @throws ConfigError when a secret does not resolve, or names do not fit the managed instance; FatalError `FUNCTION_MODULE_INVALID` */
  async open(setup: HostedSetup, events: HostedEvents): Promise<HostedConnector> {
    const way = await this.deps.wayOf(setup);
    const hosted: HostedConnector = new HostedConnector(way, this.#connectorDeps, events, () => {
      this.#open.delete(hosted);
    });
    this.#open.add(hosted);
    return hosted;
  }

  /** Prometheus text format, of everything that runs here. */
  metrics(): Promise<string> {
    return this.deps.metrics.render();
  }

  /** Gives up what is still open; what does not come to its end even so is left to itself. */
  async close(): Promise<void> {
    const closed = new AbortController();
    const late = this.deps.clock.sleep(CLOSE_TIMEOUT_MS, closed.signal).catch(() => undefined);
    await Promise.race([Promise.all([...this.#open].map((hosted) => hosted.stop(AbortSignal.abort()))), late]);
    closed.abort();
    await this.#admin.close();
    this.deps.stalls.stop();
  }

  #tasks(): number {
    let sum = 0;
    for (const { taskCount } of this.#open) sum += taskCount;
    return sum;
  }
}
