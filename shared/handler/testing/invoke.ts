/** Calls a handler as Function Compute does, and reads what comes back as a dispatcher does. */
import { matchOutcomes, parseAnswer } from '../../answer.ts';
import { normaliseEvent } from '../../envelope/normalise.ts';
import { FatalError, toError } from '../../errors.ts';
import type { Answer, RecordOutcome } from '../../outcomes.ts';
import { partitionName, type RecordBatch, recordsOf } from '../../records.ts';
import type { FunctionContext } from '../function-context.ts';

/** A handler of any kind: one of `defineSink`, or one that reads the event itself. It gets a `Buffer`, as from the platform. */
export type AnyHandler = (event: Uint8Array, context: FunctionContext) => unknown;

export interface InvokeOptions {
  /** The function's time limit, in seconds; 60 by default. */
  readonly timeoutS?: number;
  readonly functionName?: string;
  readonly requestId?: string;
  /** Those of a role that does not exist by default. */
  readonly credentials?: FunctionContext['credentials'];
}

/** What became of one call. `answered`: the answer says so of each record. `fatal`: it is that no retry helps. `threw`: the function failed the batch.
 *  `refused`: a dispatcher takes the answer for a breach of the protocol, and ends the task. */
export interface Invocation {
  readonly end: 'answered' | 'fatal' | 'threw' | 'refused';
  /** What the function gave back, after its way through JSON; undefined when it threw. */
  readonly answer: unknown;
  /** What it threw. */
  readonly error: Error | undefined;
  /** Why it is `fatal` or `refused`, or the message of what it threw. */
  readonly message: string | undefined;
  /** Of every record, in the order of the event, when it answered. */
  readonly outcomes: readonly RecordOutcome[];
  /** Lines that it gave `context.logger`. */
  readonly log: readonly string[];
}

/** @param event text of JSON, bytes, or data
 *  @throws FatalError `EVENT_INVALID` when the event is none, so that a mistake in a test is not taken for one in the function */
export async function invoke(
  handler: AnyHandler,
  event: string | Uint8Array | object,
  options: InvokeOptions = {},
): Promise<Invocation> {
  const bytes =
    event instanceof Uint8Array
      ? Buffer.from(event)
      : Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
  const { batches } = normaliseEvent(bytes);
  const log: string[] = [];
  const failed = (end: 'threw' | 'refused', thrown: unknown, answer: unknown): Invocation => {
    const error = toError(thrown);
    return { end, answer, error: end === 'threw' ? error : undefined, message: error.message, outcomes: [], log };
  };
  let answer: unknown;
  try {
    answer = overTheWire(await handler(bytes, contextOf(options, log)));
  } catch (thrown) {
    return failed('threw', thrown, undefined);
  }
  try {
    const parsed = parseAnswer(typeof answer === 'object' && answer !== null ? answer : String(answer ?? ''));
    if (parsed !== undefined && 'fatal' in parsed)
      return {
        end: 'fatal',
        answer,
        error: undefined,
        message: `${parsed.fatal.code}: ${parsed.fatal.message}`,
        outcomes: [],
        log,
      };
    return {
      end: 'answered',
      answer,
      error: undefined,
      message: undefined,
      outcomes: outcomesOf(parsed, batches),
      log,
    };
  } catch (thrown) {
    if (!(thrown instanceof FatalError)) throw thrown;
    return failed('refused', thrown, answer);
  }
}

function contextOf(options: InvokeOptions, log: string[]): FunctionContext {
  const { timeoutS = 60, functionName = 'local', requestId = '1-697d4a00-15f2c3a4-0123456789ab' } = options;
  const logAt = (level: string) => (line: string) => void log.push(`${level}: ${line}`);
  return {
    requestId,
    function: { name: functionName, handler: 'index.handler', memory: 512, timeout: timeoutS },
    credentials: options.credentials ?? { accessKeyId: 'STS.local', accessKeySecret: 'local', securityToken: 'local' },
    region: 'cn-hangzhou',
    accountId: '123456789',
    logger: { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') },
  };
}

/** What is left of a value on its way to the caller: objects become JSON, text that is JSON is read as such. */
function overTheWire(value: unknown): unknown {
  if (value === undefined) return undefined;
  const text =
    value instanceof Uint8Array
      ? Buffer.from(value).toString()
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** In the order of the event. An answer of another shape than ours means that all is written, as it does to a dispatcher.
 *  @throws FatalError as `matchOutcomes` does */
function outcomesOf(
  answer: Exclude<Answer, { fatal: unknown }> | undefined,
  batches: readonly RecordBatch[],
): RecordOutcome[] {
  const [only] = batches;
  // A dispatcher sends one topic-partition at a time; events of triggers may hold several.
  if (answer !== undefined && batches.length === 1 && only !== undefined) {
    const matched = matchOutcomes(only, answer);
    return matched.allWritten ? allWritten(only) : matched.each;
  }
  if (answer === undefined) return batches.flatMap(allWritten);
  if ('all' in answer) {
    const total = batches.reduce((sum, { count }) => sum + count, 0);
    if (answer.count === total) return batches.flatMap(allWritten);
    throw new FatalError(
      'ANSWER_INCOMPLETE',
      `answer refused: it counts ${answer.count} records, and ${total} were sent`,
    );
  }
  const known = new Set(batches.map(partitionName));
  const stray = answer.outcomes.find((outcome) => !known.has(partitionName(outcome)));
  if (stray !== undefined) {
    const what = `${partitionName(stray)} offset ${stray.offset}, which was not sent`;
    throw new FatalError('ANSWER_INCOMPLETE', `answer refused: it names ${what}`);
  }
  return batches.flatMap((batch) => {
    const outcomes = answer.outcomes.filter((outcome) => partitionName(outcome) === partitionName(batch));
    const matched = matchOutcomes(batch, { outcomes });
    return matched.allWritten ? allWritten(batch) : matched.each;
  });
}

function allWritten(batch: RecordBatch): RecordOutcome[] {
  return Array.from(recordsOf(batch), ({ topic, partition, offset }) => ({
    topic,
    partition,
    offset,
    status: 'written',
  }));
}
