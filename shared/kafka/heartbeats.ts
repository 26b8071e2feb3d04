/** Keeps a membership alive by a timer of its own, however long records take. */
import { FatalError, RetriableError, toError } from '../errors.ts';
import { KafkaCode } from './error-codes.ts';
import type { GroupCoordinator, Session } from './group-coordinator.ts';
import type { RetryDeps } from './retrying.ts';

/** What a heartbeat can bring back. */
export interface HeartbeatEvents {
  /** The group rebalances: join again, heartbeats go on until then. */
  rebalance(): void;
  /** The coordinator no longer knows this member: its partitions are somebody else's. */
  lost(): void;
  failed(error: FatalError): void;
}

export interface HeartbeatOptions {
  readonly intervalMs: number;
  readonly sessionTimeoutMs: number;
}

const LOST: ReadonlySet<number> = new Set([
  KafkaCode.illegalGeneration,
  KafkaCode.unknownMemberId,
  KafkaCode.fencedInstanceId,
]);

/** Sends heartbeats for `session` until the signal, a loss or a failure. A coordinator that does not answer is asked on: only it can
 *  say whether the session is over. Never rejects. */
export async function sendHeartbeats(
  session: Session,
  coordinator: Pick<GroupCoordinator, 'groupId' | 'heartbeat' | 'refused'>,
  { intervalMs, sessionTimeoutMs }: HeartbeatOptions,
  events: HeartbeatEvents,
  { clock, logger }: RetryDeps,
  signal: AbortSignal,
): Promise<void> {
  let missed = 0;
  while (!signal.aborted) {
    try {
      await clock.sleep(intervalMs, signal);
      const code = await coordinator.heartbeat(session, sessionTimeoutMs);
      if (signal.aborted) return;
      if (missed >= 2) logger.info({ group: coordinator.groupId }, 'heartbeats are answered again');
      missed = 0;
      if (code === KafkaCode.rebalanceInProgress) events.rebalance();
      else if (LOST.has(code)) return events.lost();
      else if (code !== KafkaCode.none) throw coordinator.refused(code);
    } catch (thrown) {
      if (signal.aborted) return;
      const error = toError(thrown);
      if (!(error instanceof RetriableError)) {
        return events.failed(
          error instanceof FatalError ? error : new FatalError('CONSUMER_BROKEN', error.message, { cause: error }),
        );
      }
      if (++missed === 2)
        logger.warn({ group: coordinator.groupId, code: error.code }, 'heartbeats are not answered; trying on');
    }
  }
}
