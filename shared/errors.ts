/** The error taxonomy. Callers branch on class or `code`, never on message text. */

/** Where an error happened; becomes log fields and error-topic headers. */
export interface ErrorContext {
  readonly connector?: string;
  readonly task?: number;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
}

export interface SpillwayErrorOptions extends ErrorOptions {
  readonly context?: ErrorContext;
}

abstract class SpillwayError extends Error {
  /** Stable, in capitals, documented in `docs/errors.md`. */
  readonly code: string;
  readonly context: ErrorContext;

  constructor(code: string, message: string, options: SpillwayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.context = options.context ?? {};
  }
}

/** One thing wrong with a configuration. `key` is the configuration key, `message` says what was expected and what to do. */
export interface ConfigProblem {
  readonly key: string;
  readonly message: string;
}

/** Keys are invalid. Carries every problem, by key; nothing starts. */
export class ConfigError extends SpillwayError {
  readonly problems: readonly ConfigProblem[];
  /** What is wrong as a whole: `worker settings`. */
  readonly subject: string;

  constructor(problems: readonly ConfigProblem[], subject = 'configuration') {
    super(
      'CONFIG_INVALID',
      `${subject}: ${problems.length} problem${problems.length === 1 ? '' : 's'}\n${problems
        .map((p) => `  ${p.key}: ${p.message}`)
        .join('\n')}`,
    );
    this.problems = problems;
    this.subject = subject;
  }
}

/** What was the matter: the other side takes less than it is given, did not answer in time, or could not be reached or used. */
export type Trouble = 'throttled' | 'timeout' | 'unreachable';

export interface RetriableErrorOptions extends SpillwayErrorOptions {
  /** How long the other side asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Default: `unreachable`. */
  readonly trouble?: Trouble;
}

/** The target or the way to it fails: the same batch may succeed later. Never makes a record errant. */
export class RetriableError extends SpillwayError {
  readonly retryAfterMs: number | undefined;
  readonly trouble: Trouble;

  constructor(code: string, message: string, options: RetriableErrorOptions = {}) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
    this.trouble = options.trouble ?? 'unreachable';
  }
}

/** What a function says of its own failure. It may echo records: it is for the error record, which holds them anyway, and never for a log. */
export interface FunctionReport {
  /** Its error in its own words. */
  readonly said?: string | undefined;
  readonly stack?: string | undefined;
  /** The end of what it logged during the call. */
  readonly logTail?: string | undefined;
}

export interface FunctionFailureOptions extends RetriableErrorOptions {
  readonly report?: FunctionReport;
}

/** A user's function took the batch and failed it: it threw, answered 500 or an error type, or ran out of its own time.
 *  Counts against `retries`, unlike an unreachable target (a plain `RetriableError`). */
export class FunctionFailure extends RetriableError {
  readonly report: FunctionReport;

  constructor(code: string, message: string, options: FunctionFailureOptions = {}) {
    super(code, message, options);
    this.report = options.report ?? {};
  }
}

/** A user's function got the batch and did not answer in time. A record may make it hang, or what it writes to does: it counts against
 *  `retries` like any failure, but alone it never makes a record errant. */
export class FunctionTimeout extends FunctionFailure {}

/** This record alone is bad: unparsable, refused by mapping or schema, too large. */
export class RecordError extends SpillwayError {}

export interface FatalErrorOptions extends SpillwayErrorOptions {
  /** What it ends: the task (default), or only the partition it came from, which then waits for a person. */
  readonly scope?: 'task' | 'partition';
  /** The cause may go away without a change of the configuration: credentials renewed, a bucket created, a right given. The task then
   *  restarts by itself. Never for what is wrong in the configuration or in an answer. */
  readonly mayHeal?: boolean;
}

/** No retry of the batch helps: credentials, missing target, protocol breach, anything unclassified. The task fails, offsets stay. */
export class FatalError extends SpillwayError {
  readonly scope: 'task' | 'partition';
  readonly mayHeal: boolean;

  constructor(code: string, message: string, options: FatalErrorOptions = {}) {
    super(code, message, options);
    this.scope = options.scope ?? 'task';
    this.mayHeal = options.mayHeal ?? false;
  }
}

/** Anything thrown, as an `Error`. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
