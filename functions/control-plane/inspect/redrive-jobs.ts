/** Redrives that this worker was asked for and does in the background. Their states are activities: every worker tells them.
 *
 *  A worker that dies leaves its redrive where it was; the same order, given to any worker, goes on with it (the positions are in Kafka). That two
 *  workers never do the same one at a time is the redrive's own care. */
import { aborted } from '../../../shared/aborted.ts';
import type { Clock } from '../../../shared/clock.ts';
import { FatalError, RetriableError, toError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { ActivityRecorder } from '../activity/activity-recorder.ts';
import type { RedriveState } from '../activity/redrive-state.ts';
import type { HostedSetup } from '../connector-host.ts';
import { Refused } from '../refused.ts';
import type { Inspector, RedriveOrder, RedriveReport, RedriveRun } from './inspector.ts';
import { refusalOf } from './refusal-of.ts';

const MOST_AT_A_TIME = 4;
const TELL_EVERY_MS = 5_000;
/** Of those that a report names one by one: a state must stay small. */
const MOST_NAMED = 5;
const MESSAGE_CHARS = 200;

export interface RedriveJobsDeps {
  readonly inspector: Pick<Inspector, 'redrive'>;
  readonly recorder: Pick<ActivityRecorder, 'redrive'>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
}

interface Job {
  readonly connector: string;
  readonly run: RedriveRun;
  readonly stop: AbortController;
  readonly kill: AbortController;
  state: RedriveState;
  finished: Promise<void>;
  /** Why it did not even begin: it was asked for wrongly, or another worker does it. */
  refused?: Refused;
}

export class RedriveJobs {
  readonly #running = new Map<string, Job>();
  #closing = false;

  constructor(private readonly deps: RedriveJobsDeps) {}

  /** Begins. Resolves when it ended, or `waitMs` passed.
   *  @param by who asks
   *  @throws Refused as `refusalOf` says, where it is found in time that it was asked for wrongly, or that another worker does it; 409 while this worker does another one of the connector, 429 while it does too many, 503 when it is stopping */
  async start(setup: HostedSetup, order: RedriveOrder, by: string | undefined, waitMs: number): Promise<RedriveState> {
    const { name } = setup.parsed.connector;
    this.#assertRoom(name);
    const { clock, newId, inspector } = this.deps;
    const run = inspector.redrive(setup, order);
    const job: Job = {
      connector: name,
      run,
      stop: new AbortController(),
      kill: new AbortController(),
      state: {
        id: newId(),
        state: 'running',
        startedAt: clock.now(),
        to: order.to,
        progress: run.progress,
        ...(by === undefined ? {} : { by }),
      },
      finished: Promise.resolve(),
    };
    this.#running.set(job.state.id, job);
    job.finished = this.#work(job);
    await this.#within(job.finished, waitMs);
    if (job.refused !== undefined) throw job.refused;
    return { ...job.state, progress: run.progress };
  }

  /** As of now; undefined where this worker does not do it. */
  running(id: string): RedriveState | undefined {
    const job = this.#running.get(id);
    return job && { ...job.state, progress: job.run.progress };
  }

  /** Stops after what is under way; what was done stays done. Resolves when it ended, or `waitMs` passed.
   *  @returns undefined where this worker does not do it */
  async stop(connector: string, id: string, waitMs: number): Promise<RedriveState | undefined> {
    const job = this.#running.get(id);
    if (job === undefined || job.connector !== connector) return undefined;
    job.stop.abort();
    await this.#within(job.finished, waitMs);
    return { ...job.state, progress: job.run.progress };
  }

  /** Stops all of them; what is still under way after `graceMs` is given up. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const jobs = [...this.#running.values()];
    for (const { stop } of jobs) stop.abort();
    const finished = Promise.all(jobs.map((job) => job.finished)).then(() => undefined);
    await this.#within(finished, graceMs);
    for (const { kill } of jobs) kill.abort();
    await finished;
  }

  #assertRoom(connector: string): void {
    if (this.#closing) throw new Refused(503, 'This worker is stopping. Ask another one.');
    const jobs = [...this.#running.values()];
    const same = jobs.find((job) => job.connector === connector);
    if (same !== undefined) {
      const { id } = same.state;
      throw new Refused(409, `Redrive ${id} of connector ${connector} is under way here: let it end, or stop it.`);
    }
    if (jobs.length >= MOST_AT_A_TIME) {
      throw new Refused(429, `This worker does ${MOST_AT_A_TIME} redrives at a time. Ask another one, or later.`);
    }
  }

  /** Never rejects. */
  async #work(job: Job): Promise<void> {
    const { recorder, clock, logger } = this.deps;
    const { connector, run, stop, kill } = job;
    const tell = (change: Partial<RedriveState>) => {
      job.state = { ...job.state, progress: run.progress, ...change };
      recorder.redrive(connector, job.state);
    };
    let cancelTell: () => void = () => undefined;
    const tellAgain = () => {
      tell({});
      cancelTell = clock.after(TELL_EVERY_MS, tellAgain);
    };
    tellAgain();
    logger.info({ connector, redrive: job.state.id, to: job.state.to }, 'redrive begins');
    const notify = (line: string) => logger.info({ connector, redrive: job.state.id, note: line }, 'redrive');
    let end: Partial<RedriveState>;
    try {
      end = endOf(await run.run({ stop: stop.signal, kill: kill.signal }, notify), stop.signal.aborted);
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      if (refusal instanceof Refused && refusal.status <= 409) job.refused = refusal;
      end = kill.signal.aborted ? { state: 'stopped' } : { state: 'failed', failure: failureOf(thrown) };
    }
    cancelTell();
    this.#running.delete(job.state.id);
    tell({ ...end, endedAt: clock.now() });
    const fields = { connector, redrive: job.state.id, state: job.state.state, sent: job.state.progress.sent };
    if (job.state.failure === undefined) logger.info(fields, 'redrive ended');
    else logger.warn({ ...fields, code: job.state.failure.code }, 'redrive ended');
  }

  async #within(finished: Promise<void>, waitMs: number): Promise<void> {
    const over = new AbortController();
    const cancel = this.deps.clock.after(waitMs, () => over.abort());
    await Promise.race([finished, aborted(over.signal)]);
    cancel();
  }
}

function endOf(reports: readonly RedriveReport[], stopped: boolean): Partial<RedriveState> {
  const complete = reports.every((report) => report.complete);
  const whole = complete && reports.every(({ failed, returned }) => failed + returned === 0);
  const state = whole ? 'done' : stopped && !complete ? 'stopped' : 'incomplete';
  return { state, reports: reports.map(shortened) };
}

function shortened({ failures, ...counts }: RedriveReport): Record<string, unknown> {
  const named = failures.slice(0, MOST_NAMED);
  return { ...counts, failures: named.map((one) => ({ ...one, message: cut(one.message) })) };
}

function cut(message: string): string {
  return message.length <= MESSAGE_CHARS ? message : `${message.slice(0, MESSAGE_CHARS - 1)}…`;
}

function failureOf(thrown: unknown): { readonly code: string; readonly message: string } {
  const { message } = toError(thrown);
  if (thrown instanceof FatalError || thrown instanceof RetriableError) return { code: thrown.code, message };
  const { code } = thrown as { readonly code?: unknown };
  return { code: typeof code === 'string' ? code : 'UNCLASSIFIED', message };
}
