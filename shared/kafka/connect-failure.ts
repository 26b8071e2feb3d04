/** Why a connection that never answered failed: by asking the listener what it is. */
import type { Clock } from '../clock.ts';
import type { FatalError, RetriableError } from '../errors.ts';
import type { BrokerAddress } from './broker-address.ts';
import type { KafkaConnectionOptions } from './driver.ts';
import { listenerMismatch } from './listener-mismatch.ts';
import { probeListener } from './listener-probe.ts';

/** What such a failure looks like from here; each has several causes, and the listener knows which. */
const WORTH_ASKING = new Set(['BROKER_CONNECTION_LOST', 'KAFKA_PROTOCOL_MISMATCH', 'KAFKA_TLS_REFUSED']);

/** The error to throw instead of `error`: what is wrong with the settings where that can be found out, else `error` itself.
 *  Opens up to two connections of its own, and takes a few seconds at most. Never rejects. */
export async function explainedFailure(
  error: RetriableError | FatalError,
  address: BrokerAddress,
  options: KafkaConnectionOptions,
  clock: Clock,
): Promise<RetriableError | FatalError> {
  if (!WORTH_ASKING.has(error.code)) return error;
  return listenerMismatch(address, options, await probeListener(address, options.ssl ?? {}, clock)) ?? error;
}
