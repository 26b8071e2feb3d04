/** What a client may do with a topic, a group or the cluster, as brokers tell it (KIP-430, Kafka 2.3 and newer). */

import { kafkaErrorName } from '../error-codes.ts';

/** Kafka's names of the refusals that a missing right ends in.
 *  Source: https://kafka.apache.org/protocol.html#protocol_error_codes */
export const DENIED = { topic: kafkaErrorName(29), group: kafkaErrorName(30) } as const;

/** Bit positions. Source: `org.apache.kafka.common.acl.AclOperation`. */
const OPERATIONS = { READ: 3, WRITE: 4, CREATE: 5, DESCRIBE: 8 } as const;

export type Right = keyof typeof OPERATIONS;

/** What brokers answer when they were not asked, or do not tell. */
export const RIGHTS_UNKNOWN = -2_147_483_648;

/** Whether `authorizedOperations` of an answer includes `right`; `undefined` when the broker did not tell. */
export function hasRight(authorizedOperations: number, right: Right): boolean | undefined {
  if (authorizedOperations === RIGHTS_UNKNOWN) return undefined;
  return (authorizedOperations & (1 << OPERATIONS[right])) !== 0;
}
