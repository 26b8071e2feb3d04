/** One run of a function, from the choice of an instance to what the platform makes of its end. */
import { FcError } from './errors.ts';
import type { RunFault } from './faults.ts';
import type { Instance, InstanceAnswer, InstanceStart } from './instance.ts';
import type { InstancePool } from './instance-pool.ts';
import type { InvocationContext } from './invocation-context.ts';
import { killLater } from './kill-later.ts';

/** What a run came to: an answer, or an error of the function. Both are a 200. */
export interface RunResult {
  readonly body: Buffer;
  /** `UnhandledInvocationError`, or what the platform else says; absent when the function answered. */
  readonly errorType: string | undefined;
  readonly isCold: boolean;
  /** Of the handler. */
  readonly durationMs: number;
  readonly peakMb: number;
  /** Absent where no instance had to do with it. */
  readonly instanceId: string | undefined;
  /** The last of what the call logged. */
  readonly logTail: Buffer;
}

const MOST_LOG_BYTES = 4 * 1024;
const NO_LOG = Buffer.alloc(0);
const UNHANDLED = 'UnhandledInvocationError';

const messageBody = (errorMessage: string): Buffer => Buffer.from(JSON.stringify({ errorMessage }));

/** Words as seen in answers of the service. */
function timedOut(timeoutS: number, peakMb: number): Buffer {
  return messageBody(`Function timed out after ${timeoutS} seconds (maxMemoryUsage: ${peakMb.toFixed(2)}MB)`);
}

function exited(durationMs: number, peakMb: number): Buffer {
  return messageBody(
    `Process exited unexpectedly before completing request (duration: ${Math.round(durationMs)}ms, maxMemoryUsage: ${peakMb.toFixed(2)}MB)`,
  );
}

/** Runs a function once. `fault` is what shall go wrong with it.
 *  @throws FcError 429 when there is no instance left, and what `fault` refuses with */
export async function runFunction(
  pool: InstancePool,
  event: Buffer,
  context: InvocationContext,
  fault?: RunFault,
): Promise<RunResult> {
  if (fault?.kind === 'refuse-run') {
    throw new FcError(fault.status, fault.code, `The run was refused by a fault that was ordered (${fault.code}).`);
  }
  if (fault?.kind === 'function-error') {
    const { errorType, body } = fault;
    return resultOf(Buffer.from(body), errorType, { isCold: false, durationMs: 0, peakMb: 0 });
  }
  const lease = pool.lease(fault?.kind === 'cold-start' ? fault.delayMs : undefined);
  try {
    const { instance, start } = await lease.started;
    const { isCold } = lease;
    if (start.kind !== 'ready') return failedStart(pool, instance, start, isCold);
    return await call(pool, instance, event, context, isCold, fault);
  } finally {
    lease.release();
  }
}

function resultOf(
  body: Buffer,
  errorType: string | undefined,
  measured: Pick<RunResult, 'isCold' | 'durationMs' | 'peakMb'>,
  instance?: Instance,
  logTail: Buffer = NO_LOG,
): RunResult {
  return { body, errorType, ...measured, instanceId: instance?.id, logTail };
}

function failedStart(
  { fn }: InstancePool,
  instance: Instance,
  start: Exclude<InstanceStart, { kind: 'ready' }>,
  isCold: boolean,
): RunResult {
  const { peakMb } = instance;
  const logTail = instance.logFrom(0, MOST_LOG_BYTES);
  const measured = { isCold, durationMs: 0, peakMb };
  if (start.kind === 'gone') return resultOf(exited(0, peakMb), UNHANDLED, measured, instance, logTail);
  if (start.kind === 'slow') {
    const limitS = fn.initializer?.timeoutS ?? 0;
    return resultOf(timedOut(limitS, peakMb), 'InitializationError', measured, instance, logTail);
  }
  const errorType = start.stage === 'initializer' ? 'InitializationError' : UNHANDLED;
  return resultOf(start.body, errorType, measured, instance, logTail);
}

async function call(
  { fn }: InstancePool,
  instance: Instance,
  event: Buffer,
  context: InvocationContext,
  isCold: boolean,
  fault: RunFault | undefined,
): Promise<RunResult> {
  const { requestId } = context;
  const logStart = instance.logBytes;
  instance.note(`FC Invoke Start RequestId: ${requestId}`);
  const over = new AbortController();
  const startedAt = performance.now();
  const limitMs = fault?.kind === 'time-out' ? fault.afterMs : fn.timeoutS * 1000;
  if (fault?.kind === 'kill' || fault?.kind === 'out-of-memory') void killLater(instance, logStart, fault, over.signal);
  const answering = instance.call(event, context);
  const limited = after(limitMs, over.signal, 'late' as const);
  const answer = await Promise.race([limited, answering]);
  over.abort();
  const durationMs = performance.now() - startedAt;
  const { peakMb } = instance;
  const errorType = answer === 'late' || answer.kind !== 'answered' ? UNHANDLED : undefined;
  instance.note(`FC Invoke End RequestId: ${requestId}${errorType === undefined ? '' : `, Error: ${errorType}`}`);
  instance.note(
    `Duration: ${durationMs.toFixed(2)} ms, Memory Size: ${fn.memoryMb} MB, Max Memory Used: ${peakMb.toFixed(2)} MB`,
  );
  const logTail = instance.logFrom(logStart, MOST_LOG_BYTES);
  if (answer === 'late') {
    instance.kill();
    await instance.ended();
  }
  // The service cannot tell the output of calls apart that run at once.
  const ownTail = fn.instanceConcurrency > 1 ? NO_LOG : logTail;
  return resultOf(
    bodyOf(answer, fn.timeoutS, durationMs, peakMb),
    errorType,
    { isCold, durationMs, peakMb },
    instance,
    ownTail,
  );
}

function bodyOf(answer: InstanceAnswer | 'late', timeoutS: number, durationMs: number, peakMb: number): Buffer {
  if (answer === 'late') return timedOut(timeoutS, peakMb);
  return answer.kind === 'gone' ? exited(durationMs, peakMb) : answer.body;
}

/** Never resolves when `over` comes first. No time at all is over before anything else is. */
async function after<T>(ms: number, over: AbortSignal, value: T): Promise<T> {
  if (ms === 0) return value;
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(value), ms);
    over.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}
