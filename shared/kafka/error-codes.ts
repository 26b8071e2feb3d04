/** What the broker's error codes mean to us: which are retried, and what to tell the person when they are not.
 *  Source: https://kafka.apache.org/protocol.html#protocol_error_codes */
import protocolError from 'kafkajs/src/protocol/error.js';
import { type ErrorContext, FatalError, RetriableError } from '../errors.ts';

/** Codes that some file here branches on. */
export const KafkaCode = {
  unknownServerError: -1,
  none: 0,
  offsetOutOfRange: 1,
  unknownTopicOrPartition: 3,
  messageTooLarge: 10,
  offsetMetadataTooLarge: 12,
  coordinatorLoadInProgress: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  recordListTooLarge: 18,
  illegalGeneration: 22,
  inconsistentGroupProtocol: 23,
  unknownMemberId: 25,
  rebalanceInProgress: 27,
  groupAuthorizationFailed: 30,
  unsupportedSaslMechanism: 33,
  illegalSaslState: 34,
  invalidReplicationFactor: 38,
  outOfOrderSequenceNumber: 45,
  invalidProducerEpoch: 47,
  invalidTxnState: 48,
  invalidProducerIdMapping: 49,
  concurrentTransactions: 51,
  unknownProducerId: 59,
  nonEmptyGroup: 68,
  groupIdNotFound: 69,
  memberIdRequired: 79,
  fencedInstanceId: 82,
  groupSubscribedToTopic: 86,
  producerFenced: 90,
  transactionAbortable: 120,
} as const;

/** What was being done to what, for the sentence a person reads. */
export interface Attempted {
  /** The right it needs: `READ`, `WRITE`, `DESCRIBE`, `CREATE`, `DELETE`. */
  readonly right: string;
  /** `topic orders`, `group connect-orders`, `transactional-id spillway-config-spillway`. */
  readonly resource: string;
  readonly context?: ErrorContext;
}

/** Not marked retriable by kafkajs' table, but the same request may succeed later. */
const ALSO_RETRIABLE = new Set(['BROKER_NOT_AVAILABLE', 'REBALANCE_IN_PROGRESS', 'THROTTLING_QUOTA_EXCEEDED']);

const table = new Map(protocolError.errorCodes.map((e) => [e.code, e]));

/** Kafka's name of an error code, `KAFKA_ERROR_<n>` when kafkajs does not know it. */
export function kafkaErrorName(code: number): string {
  return code === 89 ? 'THROTTLING_QUOTA_EXCEEDED' : (table.get(code)?.type ?? `KAFKA_ERROR_${code}`);
}

/** Whether the same request may succeed later without a person. */
export function isRetriableCode(code: number): boolean {
  return table.get(code)?.retriable === true || ALSO_RETRIABLE.has(kafkaErrorName(code));
}

/** A broker's refusal as an error of ours: `RetriableError` when it passes by itself, else `FatalError`. The code is Kafka's name. */
export function refusal(code: number, attempted: Attempted): RetriableError | FatalError {
  const name = kafkaErrorName(code);
  const options = attempted.context === undefined ? {} : { context: attempted.context };
  if (name.endsWith('_AUTHORIZATION_FAILED')) {
    return new FatalError(name, missingRight(attempted), { ...options, mayHeal: true });
  }
  const message = `Kafka answered ${name} to ${attempted.right} on ${attempted.resource}${explained(code)}`;
  return isRetriableCode(code) ? new RetriableError(name, message, options) : new FatalError(name, message, options);
}

/** The refusal of one offset of a commit, by what it is about: the group, or the topic of `partition` (its name). */
export function commitRefusal(code: number, groupId: string, partition: string): RetriableError | FatalError {
  if (code === KafkaCode.groupAuthorizationFailed)
    return refusal(code, { right: 'READ', resource: `group ${groupId}` });
  const topic = partition.slice(0, partition.lastIndexOf('-'));
  return refusal(code, { right: 'READ', resource: `topic ${topic}`, context: { topic } });
}

/** What a right comes with, or what does instead of it. */
const ALSO: Readonly<Record<string, string>> = {
  DESCRIBE: ' (READ and WRITE include it)',
  CREATE: ' or on the cluster, or create it beforehand',
};

function missingRight({ right, resource }: Attempted): string {
  const [, kind = '', names = ''] = /^(topic|group|transactional-id) (.+)$/.exec(resource) ?? [];
  const command =
    kind === ''
      ? ''
      : `, for example by: kafka-acls --add --allow-principal User:NAME --operation ${right} ${names
          .split(', ')
          .map((name) => `--${kind} ${name}`)
          .join(' ')}`;
  return `Kafka refused ${right} on ${resource}: grant the user of this client ${right} on ${resource}${ALSO[right] ?? ''}${command}`;
}

function explained(code: number): string {
  if (code === KafkaCode.inconsistentGroupProtocol) {
    return ': members with another assignment protocol are in this group; stop them or give the connector its own consumer.group.id';
  }
  const text = table.get(code)?.message;
  return text === undefined ? '' : `: ${text}`;
}
