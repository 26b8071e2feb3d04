/** InvokeFunction, of both generations, synchronous and asynchronous. Sources: the service's pages "InvokeFunction" and "Quotas and limits". */
import { type ApiVersion, entityTooLarge, invalidArgument, taskExists } from './errors.ts';
import { asyncSettings } from './function-definition.ts';
import type { ServedFunction } from './function-registry.ts';
import type { Reply } from './reply.ts';
import type { FcRequest } from './request.ts';
import type { RunResult } from './run-function.ts';
import type { FcService } from './service.ts';

const MIB = 1024 * 1024;

/** Most bytes of a synchronous event; 6 MiB is what 2.0 had. */
export const MAX_SYNC_BYTES: Readonly<Record<ApiVersion, number>> = { '2.0': 6 * MIB, '3.0': 32 * MIB };
const MAX_ASYNC_BYTES = 128 * 1024;

const TASK_ID = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;
const TASK_ID_HEADERS: Readonly<Record<ApiVersion, string>> = {
  '2.0': 'x-fc-stateful-async-invocation-id',
  '3.0': 'x-fc-async-task-id',
};
const MOST_DELAY_S = 3600;

/** An invocation, after the signature was checked. */
export interface Invocation {
  readonly request: FcRequest;
  readonly api: ApiVersion;
  readonly served: ServedFunction;
  readonly qualifier: string;
  readonly requestId: string;
}

/** `Sync` or `Async`, as the client asks for it; `Sync` when it does not.
 *  @throws FcError `InvalidArgument` */
export function modeOf({ headers }: FcRequest): 'sync' | 'async' {
  const asked = headers.get('x-fc-invocation-type') ?? 'Sync';
  if (asked !== 'Sync' && asked !== 'Async')
    throw invalidArgument(`invocation type '${asked}': expected Sync or Async`);
  return asked === 'Sync' ? 'sync' : 'async';
}

/** The most bytes that this request may bring. */
export function mostBytes(mode: 'sync' | 'async', api: ApiVersion): number {
  return mode === 'async' ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES[api];
}

function wantsLog({ headers }: FcRequest): boolean {
  const asked = headers.get('x-fc-log-type') ?? 'None';
  if (asked !== 'None' && asked !== 'Tail') throw invalidArgument(`log type '${asked}': expected None or Tail`);
  return asked === 'Tail';
}

/** Headers and body of what a run came to. */
export function replyOf(
  result: RunResult,
  { served, qualifier }: Pick<Invocation, 'served' | 'qualifier'>,
  withLog: boolean,
): Reply {
  const { body, errorType, durationMs, peakMb, instanceId, logTail } = result;
  return {
    status: 200,
    headers: {
      'content-type': errorType === undefined ? 'application/octet-stream' : 'application/json',
      'x-fc-code-checksum': served.codeChecksum,
      'x-fc-invocation-duration': String(Math.ceil(durationMs)),
      'x-fc-invocation-service-version': qualifier,
      'x-fc-max-memory-usage': peakMb.toFixed(2),
      ...(instanceId === undefined ? {} : { 'x-fc-instance-id': instanceId }),
      ...(errorType === undefined ? {} : { 'x-fc-error-type': errorType }),
      ...(withLog ? { 'x-fc-log-result': logTail.toString('base64') } : {}),
    },
    body,
  };
}

function delayMs({ headers }: FcRequest): number {
  const asked = headers.get('x-fc-async-delay');
  if (asked === undefined) return 0;
  const seconds = Number(asked);
  if (!(seconds > 0 && seconds < MOST_DELAY_S)) {
    throw invalidArgument(`async delay '${asked}': expected seconds, more than 0 and less than ${MOST_DELAY_S}`);
  }
  return seconds * 1000;
}

function accept(service: FcService, { request, api, served, qualifier, requestId }: Invocation, event: Buffer): Reply {
  const { fn } = served;
  const taskId = request.headers.get(TASK_ID_HEADERS[api]);
  if (taskId !== undefined && !TASK_ID.test(taskId)) {
    throw invalidArgument(`async invocation id '${taskId}': expected ${TASK_ID.source}`);
  }
  if (taskId !== undefined && asyncSettings(fn).task && service.queue.hasTask(fn.name, taskId))
    throw taskExists(taskId);
  service.queue.accept({ requestId, function: fn.name, qualifier, taskId, event }, delayMs(request));
  return { status: 202, headers: { 'x-fc-invocation-service-version': qualifier }, body: Buffer.alloc(0) };
}

/** Runs a function, or takes the call for later. `event` is undefined when the body was larger than `mostBytes`.
 *  @throws FcError in the service's words */
export async function invokeFunction(
  service: FcService,
  invocation: Invocation,
  event: Buffer | undefined,
): Promise<Reply> {
  const { request, api, served, qualifier, requestId } = invocation;
  const mode = modeOf(request);
  if (event === undefined) throw entityTooLarge(mostBytes(mode, api));
  const withLog = wantsLog(request);
  if (mode === 'async') return accept(service, invocation, event);
  const result = await service.run({ served, event, requestId, qualifier, mode, taskId: undefined, attempt: 1 });
  return replyOf(result, invocation, withLog);
}
