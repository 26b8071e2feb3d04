/** Which failures are worth another try, and when. Source: aliyun-odps-java-sdk `com.aliyun.odps.tunnel.TunnelRetryHandler`. */
import { backoffMs } from '../../../shared/backoff.ts';
import type { Clock } from '../../../shared/clock.ts';
import { networkFailureKind } from '../../../shared/network-failure.ts';
import { COMMIT_UNDER_WAY, OdpsError } from './odps-error.ts';

const LIMITS = { baseMs: 1_000, maxMs: 64_000 };
const MOST_RETRIES = 7;
/** The most we hold for the service in place of our own wait. */
const LONGEST_HOLD_MS = 10_000;

/** Codes of the vendor's own that say "try again", with whatever status.
 *  Source: https://www.alibabacloud.com/help/en/maxcompute/user-guide/error-codes-for-maxcompute-tunnel */
const TRANSIENT = new Set([
  'CorruptedDataStream',
  'DataUnderReplication',
  'InternalServerError',
  'ServiceUnavailable',
  'RequestTimeOut',
  'IncompleteBody',
]);

/** Milliseconds to wait after the failure of try number `tries` (the first is 1); `undefined` when another makes no sense.
 *  @param random as `Math.random` */
export function retryDelayMs(error: OdpsError, tries: number, random: () => number): number | undefined {
  if (!isTransient(error)) return undefined;
  if (!isEndless(error) && tries > MOST_RETRIES) return undefined;
  return backoffMs(tries, LIMITS, random, Math.min(error.holdClientMs ?? 0, LONGEST_HOLD_MS));
}

/** The service is there and asks to wait. */
function isEndless({ status, code }: OdpsError): boolean {
  return status === 429 || status === 308 || code === 'FlowExceeded' || code === COMMIT_UNDER_WAY;
}

function isTransient(error: OdpsError): boolean {
  const { networkCode } = error;
  if (networkCode === undefined) return error.status >= 500 || isEndless(error) || TRANSIENT.has(error.code);
  const kind = networkFailureKind(networkCode);
  return networkCode === '' || kind === 'unreachable' || kind === 'timeout';
}

/** The slot is elsewhere, or what leads there does not know where. */
function hasMoved({ status }: OdpsError): boolean {
  return status === 308 || status === 502 || status === 504;
}

export interface RetryOptions {
  /** `none`: only what has moved is followed, once. */
  readonly retry: 'table' | 'none';
  readonly clock: Clock;
  readonly random: () => number;
}

/** Tries until it succeeds, or until no other try makes sense.
 *  @param follow what to do before another try when something has moved; its failure counts as one of the try
 *  @throws what the last try threw, also when the signal is aborted during a wait */
export async function retried<T>(
  { retry, clock, random }: RetryOptions,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  follow?: (error: OdpsError) => Promise<void>,
): Promise<T> {
  let moved: OdpsError | undefined;
  for (let tries = 1; ; tries++) {
    try {
      if (moved !== undefined) await follow?.(moved);
      moved = undefined;
      return await attempt();
    } catch (error) {
      if (!(error instanceof OdpsError)) throw error;
      if (follow !== undefined && hasMoved(error)) moved = error;
      const followsAtOnce = retry === 'none' && moved !== undefined && tries === 1;
      const delayMs = retry === 'table' ? retryDelayMs(error, tries, random) : followsAtOnce ? 0 : undefined;
      if (delayMs === undefined) throw error;
      if (delayMs > 0) await clock.sleep(delayMs, signal).catch(() => Promise.reject(error));
    }
  }
}
