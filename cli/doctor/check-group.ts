/** The consumer group: who is in it, and where each partition would go on. */
import { decodeCommitMetadata, METADATA_MAX_BYTES } from '../../functions/dispatcher/commit-metadata.ts';
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import { KafkaCode, kafkaErrorName } from '../../shared/kafka/error-codes.ts';
import { PROTOCOL_NAME } from '../../shared/kafka/group-protocol.ts';
import type { GroupInspection } from '../../shared/kafka/inspect/group-request.ts';
import { DENIED, hasRight } from '../../shared/kafka/inspect/rights.ts';
import { planStart } from '../../shared/kafka/start-positions.ts';
import { partitionName, type TopicPartition } from '../../shared/records.ts';
import { counted, type Finding, listed, ok, problem, warning } from './finding.ts';
import { grant } from './grant.ts';

/** What Kafka knows of one source partition. */
export interface PartitionPosition extends TopicPartition {
  readonly earliest: number;
  /** Under the connector's isolation level. */
  readonly latest: number;
  /** `undefined` when nothing is committed. */
  readonly committed: { readonly offset: number; readonly metadata: string } | undefined;
}

export function checkGroup(groupId: string, group: GroupInspection): Finding[] {
  if (hasRight(group.authorizedOperations, 'READ') === false) {
    return [
      problem(
        'right-missing',
        `this client may see group ${groupId}, but not use it`,
        grant('READ', 'group', groupId),
        DENIED.group,
      ),
    ];
  }
  if (group.members.length === 0) return [ok('group-state', `group ${groupId} has no members now`)];
  const ours = group.protocolType === 'consumer' && ['', PROTOCOL_NAME].includes(group.protocol);
  if (!ours) {
    return [
      problem(
        'group-foreign',
        `another program is in group ${groupId}: ${listed(unique(group.members))}`,
        'stop it, or give the connector a consumer.group.id of its own',
        kafkaErrorName(KafkaCode.inconsistentGroupProtocol),
      ),
    ];
  }
  return [
    warning(
      'group-active',
      `${counted(group.members.length, 'member')} of group ${groupId} run already: ${listed(unique(group.members))}`,
      'nothing, if they are processes of this connector: they share its partitions; if not, give it a consumer.group.id of its own',
    ),
  ];
}

/** Whether what `exactly-once` stores with a commit would be taken. `maxBytes`: what a broker takes, where it tells. */
export function checkMetadata(config: ConnectorConfig, maxBytes: number | undefined): Finding[] {
  if (config['delivery.guarantee'] !== 'exactly-once' || (maxBytes ?? METADATA_MAX_BYTES) >= METADATA_MAX_BYTES)
    return [];
  return [
    problem(
      'group-metadata',
      `a broker takes ${maxBytes} bytes of metadata with an offset, and delivery.guarantee=exactly-once stores up to ${METADATA_MAX_BYTES}`,
      `set offset.metadata.max.bytes of every broker to ${METADATA_MAX_BYTES}, Kafka's default, or more; or delivery.guarantee=at-least-once`,
      'OFFSET_METADATA_TOO_LARGE',
    ),
  ];
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

/** Where the group goes on, and what stands in the way. */
export function checkPositions(config: ConnectorConfig, positions: readonly PartitionPosition[]): Finding[] {
  if (positions.length === 0) return [];
  const committed = positions.flatMap((position) =>
    position.committed === undefined ? [] : [{ ...position, committed: position.committed }],
  );
  const known = new Set(committed.map(partitionName));
  const plan = planStart(positions, (tp) => known.has(partitionName(tp)), {
    isPattern: config['topics.regex'] !== undefined,
    readBefore: new Set(),
    atFirst: new Set(positions.map(({ topic }) => topic)),
  });
  const lag = committed.reduce((sum, { latest, committed: { offset } }) => sum + Math.max(0, latest - offset), 0);
  return [
    ...(committed.length === 0
      ? []
      : [
          ok(
            'position-resumed',
            `${counted(committed.length, 'partition')} of ${positions.length} go on at the committed offset; lag ${counted(lag, 'offset')}`,
          ),
        ]),
    ...(plan.atStart.length === 0
      ? []
      : [
          ok(
            'position-start',
            `${counted(plan.atStart.length, 'partition')} of ${positions.length} begin at consumer.start.offset=${startText(config)}: nothing is committed for their topics`,
          ),
        ]),
    ...(plan.atBeginning.length === 0
      ? []
      : [
          ok(
            'position-added',
            `${counted(plan.atBeginning.length, 'partition')} of ${positions.length} begin at their beginning, for they were added later: ${listed(plan.atBeginning.map(partitionName))}`,
          ),
        ]),
    ...committed.flatMap((position) => checkPosition(config, position)),
  ];
}

function startText(config: ConnectorConfig): string {
  const start = config['consumer.start.offset'];
  return typeof start === 'number' ? new Date(start).toISOString() : start;
}

function checkPosition(
  config: ConnectorConfig,
  position: PartitionPosition & Required<Pick<PartitionPosition, 'committed'>>,
): Finding[] {
  const name = partitionName(position);
  const group = config['consumer.group.id'];
  const { offset = 0, metadata = '' } = position.committed ?? {};
  const { stopped: mark } = decodeCommitMetadata(offset, metadata);
  if (mark !== undefined) {
    return [
      problem(
        'position-stopped',
        `${name} is stopped at offset ${mark.offset} by errors.policy=stop (${mark.code})`,
        'remove the cause, then start once with: spillway run --resume-stopped CONNECTOR-FILE',
        mark.code,
      ),
    ];
  }
  if (offset > position.latest) {
    return [
      problem(
        'position-past-end',
        `group ${group} committed offset ${offset} of ${name}, which ends at ${position.latest}: the topic was made anew, or lost records`,
        `stop the connector, decide where to go on, and set it: spillway offsets CONNECTOR-FILE --topic ${position.topic} --partition ${position.partition} --to earliest`,
        'OFFSET_PAST_END',
      ),
    ];
  }
  if (offset < position.earliest) {
    return [
      warning(
        'position-gap',
        `group ${group} would go on at offset ${offset} of ${name}, which begins at ${position.earliest}: ${counted(position.earliest - offset, 'offset')} were deleted before they were read`,
        'raise retention.ms of the topic; the run goes on at the beginning and counts the gap',
      ),
    ];
  }
  return [];
}
