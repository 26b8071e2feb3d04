/** A connector whose tasks run in several threads, as the main thread drives it: what is done once for all of them is done here. */
import type { Clock } from '../../../shared/clock.ts';
import type { ConnectorConfig } from '../../../shared/config/connector-keys.ts';
import type { KafkaAdmin, KafkaDriver } from '../../../shared/kafka/driver.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { TopicPartition } from '../../../shared/records.ts';
import { byPartition, type EndOffsets, endOffsets, untilCaughtUp } from '../caught-up.ts';
import type { ConnectorStatus } from '../connector-contract.ts';
import { Ledger } from '../ledger.ts';
import { topicsOf } from '../plan.ts';
import { prepareResources, resourcesOf } from '../resources.ts';
import type { RunningConnector } from '../worker.ts';
import { type ConnectorReport, mergedStatus } from './connector-report.ts';
import type { ThreadLink } from './thread-link.ts';

/** A thread that gave up what was under way and still has not stopped is ended. */
const GRACE_MS = 10_000;

/** A thread that runs tasks of the connector. */
export interface Branch {
  readonly link: ThreadLink;
  readonly taskIds: readonly number[];
}

export interface ThreadedConnectorDeps {
  readonly driver: Pick<KafkaDriver, 'admin'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class ThreadedConnector implements RunningConnector {
  readonly name: string;
  readonly #admin: KafkaAdmin;
  readonly #reports: Map<ThreadLink, ConnectorReport>;
  readonly #failures = new Map<ThreadLink, Error>();
  readonly #allFailed = new AbortController();
  #ends: EndOffsets | undefined;
  #stopped = false;
  #cancelGrace: () => void = () => undefined;

  constructor(
    private readonly config: ConnectorConfig,
    private readonly branches: readonly Branch[],
    private readonly deps: ThreadedConnectorDeps,
  ) {
    this.name = config.name;
    this.#admin = deps.driver.admin();
    this.#reports = new Map(branches.map(({ link, taskIds }) => [link, notYet(config.name, taskIds)]));
  }

  /** What a thread says of it. */
  reported(link: ThreadLink, report: ConnectorReport): void {
    this.#reports.set(link, report);
  }

  /** No task is left in a thread. */
  failedIn(link: ThreadLink, error: Error): void {
    this.#failures.set(link, error);
    if (this.#failures.size === this.branches.length) this.#allFailed.abort(error);
  }

  status(): ConnectorStatus {
    return mergedStatus(this.name, [...this.#reports.values()]);
  }

  /** As `Connector.start`. No task reads before those of all threads have joined: what a member reads until then is handed back. */
  async start(untilEnd: boolean): Promise<void> {
    await Promise.all([...this.branches.map(({ link }) => link.ready), this.#prepare(untilEnd)]);
    if (this.#stopped) return;
    const goal = this.#ends && byPartition(this.#ends);
    await this.#all((link) => link.ask({ call: 'join', connector: this.name, goal }));
    await this.#all((link) => link.ask({ call: 'begin', connector: this.name, heals: !untilEnd }));
  }

  async caughtUp(signal: AbortSignal): Promise<boolean> {
    if (this.#ends === undefined) throw new Error('start(true) comes first');
    const either = AbortSignal.any([signal, this.#allFailed.signal]);
    const waiting = () => this.#nothingLeft();
    const group = this.config['consumer.group.id'];
    const reached = await untilCaughtUp(this.#admin, group, this.#ends, waiting, this.deps.clock, either);
    // So that the report of the run knows what is known now.
    await this.#nothingLeft();
    return reached;
  }

  async failed(): Promise<unknown> {
    const { signal } = this.#allFailed;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return signal.reason;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const results = await Promise.allSettled([
      ...this.branches.map(({ link }) => this.#stopIn(link)),
      this.#admin.close(),
    ]);
    this.#cancelGrace();
    for (const result of results) {
      if (result.status === 'rejected') throw result.reason;
    }
  }

  abort(): void {
    for (const { link } of this.branches) void link.ask({ call: 'abort', connector: this.name }).catch(() => undefined);
    this.#cancelGrace();
    this.#cancelGrace = this.deps.clock.after(GRACE_MS, () => {
      for (const { link } of this.branches) link.giveUp('it did not stop in time');
    });
  }

  async #stopIn(link: ThreadLink): Promise<void> {
    try {
      await link.ask({ call: 'stop', connector: this.name });
    } catch (error) {
      // Of a thread that is over the run says so itself.
      if (!link.isOver) throw error;
    }
  }

  async #prepare(untilEnd: boolean): Promise<void> {
    await prepareResources(this.#admin, resourcesOf(this.config), this.deps.logger);
    const topics = topicsOf(this.config);
    if (untilEnd)
      this.#ends = await endOffsets(this.#admin, { topics, isolationLevel: this.config['isolation.level'] });
  }

  async #nothingLeft(): Promise<TopicPartition[]> {
    const answers = await this.#all((link) => link.ask({ call: 'report', connector: this.name }));
    return answers.flatMap(({ nothingLeft }) => nothingLeft ?? []);
  }

  #all<T>(ask: (link: ThreadLink) => Promise<T>): Promise<T[]> {
    return Promise.all(this.branches.map(({ link }) => ask(link)));
  }
}

function notYet(name: string, taskIds: readonly number[]): ConnectorReport {
  const tasks = taskIds.map((id) => ({ id, state: 'stopped' as const }));
  return { status: { name, tasks, waiting: [], lag: 0, totals: new Ledger() }, lags: new Map() };
}
