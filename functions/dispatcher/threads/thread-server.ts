/** A thread's side: does with its connectors what the main thread asks, and reports what becomes of them. */
import type { Clock } from '../../../shared/clock.ts';
import type { Connector } from '../connector.ts';
import type { EventLoopStalls } from '../event-loop-stalls.ts';
import type { Metrics } from '../metrics.ts';
import { carryError } from './carried-error.ts';
import { reportOf } from './connector-report.ts';
import type { FromThread, ThreadAnswer, ThreadCall, ToThread } from './messages.ts';

/** How often the state of tasks is looked at. */
const LOOK_MS = 100;
/** A report goes out at least so often. */
const REPORT_LOOKS = 5;

/** What is used of a connector. */
export type ServedConnector = Pick<
  Connector,
  'name' | 'join' | 'begin' | 'failed' | 'stop' | 'abort' | 'status' | 'lags' | 'nothingLeftToDo'
>;

export interface ThreadServerDeps {
  readonly connectors: readonly ServedConnector[];
  readonly metrics: Pick<Metrics, 'registry'>;
  readonly stalls: Pick<EventLoopStalls, 'longestMs'>;
  readonly post: (message: FromThread) => void;
  readonly clock: Clock;
}

export class ThreadServer {
  #looks = 0;
  #reported = '';

  constructor(private readonly deps: ThreadServerDeps) {
    for (const connector of deps.connectors) void this.#tellOfFailure(connector);
  }

  /** Ready: from now on reports go out. */
  start(): void {
    this.deps.post({ say: 'ready' });
    this.#look();
  }

  /** Does what is asked and answers. Never rejects. */
  async handle({ id, ...call }: ToThread): Promise<void> {
    try {
      const answer = await this.#do(call);
      const { longestMs: longestStallMs } = this.deps.stalls;
      this.deps.post({ say: 'answer', id, answer, reports: this.#reports(), longestStallMs });
    } catch (thrown) {
      this.deps.post({ say: 'refusal', id, error: carryError(thrown), reports: this.#reports() });
    }
  }

  async #do(call: ThreadCall): Promise<ThreadAnswer> {
    if (call.call === 'metrics') return { metrics: await this.deps.metrics.registry.getMetricsAsJSON() };
    const connector = this.deps.connectors.find(({ name }) => name === call.connector);
    if (connector === undefined) throw new Error(`no task of connector ${call.connector} is in this thread`);
    switch (call.call) {
      case 'join':
        await connector.join(call.goal);
        return {};
      case 'begin':
        connector.begin(call.heals);
        return {};
      case 'report':
        return { nothingLeft: connector.nothingLeftToDo() };
      case 'stop':
        await connector.stop();
        return {};
      case 'abort':
        connector.abort();
        return {};
      default:
        throw new Error(`unknown call ${JSON.stringify(call satisfies never)}`);
    }
  }

  async #tellOfFailure(connector: ServedConnector): Promise<void> {
    const error = carryError(await connector.failed());
    // Whoever hears of the failure must find it in the report.
    this.deps.post({ say: 'reports', reports: this.#reports() });
    this.deps.post({ say: 'failed', connector: connector.name, error });
  }

  #reports() {
    return this.deps.connectors.map(reportOf);
  }

  #look(): void {
    const reports = this.#reports();
    const states = JSON.stringify(reports.map(({ status: { tasks, waiting } }) => [tasks, waiting]));
    if (states !== this.#reported || ++this.#looks >= REPORT_LOOKS) {
      this.#reported = states;
      this.#looks = 0;
      this.deps.post({ say: 'reports', reports });
    }
    this.deps.clock.after(LOOK_MS, () => this.#look());
  }
}
