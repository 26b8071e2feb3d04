/** Source topics: are they there, may they be read, do tasks and start position fit them. */
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import { KafkaCode, kafkaErrorName } from '../../shared/kafka/error-codes.ts';
import type { TopicInspection } from '../../shared/kafka/inspect/metadata-request.ts';
import { DENIED, hasRight } from '../../shared/kafka/inspect/rights.ts';
import type { TopicSettings } from '../../shared/kafka/inspect/topic-settings-request.ts';
import { counted, type Finding, listed, ok, problem, warning } from './finding.ts';
import { grant } from './grant.ts';

const HOUR_MS = 3_600_000;

export interface SourceFacts {
  readonly config: ConnectorConfig;
  /** The topics that are named or that the pattern matches now, the missing ones with their error code; sorted. */
  readonly topics: readonly TopicInspection[];
  readonly settings: ReadonlyMap<string, TopicSettings>;
  readonly nowMs: number;
}

/** Topics that can be read. */
export function readable(topics: readonly TopicInspection[]): TopicInspection[] {
  return topics.filter(({ errorCode }) => errorCode === KafkaCode.none);
}

export function checkSources(facts: SourceFacts): Finding[] {
  const { config, topics } = facts;
  const pattern = config['topics.regex'];
  const usable = readable(topics);
  if (pattern !== undefined && usable.length === 0) {
    return [
      warning(
        'sources-none',
        `topics.regex ${patternText(pattern)} matches no topic that this client may see`,
        'correct topics.regex, or give this client DESCRIBE on the topics; those that appear later are picked up',
      ),
    ];
  }
  const names = usable.map(({ name, partitions }) => `${name} (${counted(partitions.length, 'partition')})`);
  return [
    ...(usable.length === 0
      ? []
      : [ok('sources', pattern === undefined ? listed(names) : `topics.regex matches now: ${listed(names)}`)]),
    ...topics.flatMap(checkTopic),
    ...checkTasks(config, usable),
    ...checkRetention(facts, usable),
  ];
}

/** As it was written: parsing puts it between anchors. */
function patternText({ source }: RegExp): string {
  return source.replace(/^\^\(\?:([\s\S]*)\)\$$/, '$1');
}

function checkTopic(topic: TopicInspection): Finding[] {
  const { name, errorCode } = topic;
  if (errorCode === KafkaCode.unknownTopicOrPartition) {
    const action = 'create it, or correct topics and bootstrap.servers';
    return [problem('source-missing', `there is no topic ${name} at this cluster`, action, 'TOPIC_MISSING')];
  }
  if (errorCode !== KafkaCode.none) {
    return [
      problem(
        'source-refused',
        `topic ${name} cannot be described: ${kafkaErrorName(errorCode)}`,
        `${grant('READ', 'topic', name)}; or correct topics`,
        kafkaErrorName(errorCode),
      ),
    ];
  }
  const right = hasRight(topic.authorizedOperations, 'READ');
  const leaderless = topic.partitions.filter(({ leader }) => leader < 0).map(({ partition }) => String(partition));
  return [
    ...(right === false
      ? [
          problem(
            'right-missing',
            `this client may see topic ${name}, but not read it`,
            grant('READ', 'topic', name),
            DENIED.topic,
          ),
        ]
      : []),
    ...(leaderless.length === 0
      ? []
      : [
          problem(
            'source-leaderless',
            `topic ${name} has partitions without a leader: ${listed(leaderless)}`,
            'start the brokers that hold them; until then they are not read',
            'LEADER_NOT_AVAILABLE',
          ),
        ]),
  ];
}

function checkTasks(config: ConnectorConfig, usable: readonly TopicInspection[]): Finding[] {
  const tasks = config['tasks.max'];
  const partitions = usable.reduce((sum, topic) => sum + topic.partitions.length, 0);
  if (partitions === 0 || tasks <= partitions) return [];
  return [
    warning(
      'tasks-idle',
      `${tasks} tasks share ${counted(partitions, 'partition')}: ${tasks - partitions} of them stay idle`,
      `set tasks.max=${partitions}, or add partitions`,
    ),
  ];
}

/** Whether `consumer.start.offset`, where it is a time, lies within what the topics keep. */
function checkRetention({ config, settings, nowMs }: SourceFacts, usable: readonly TopicInspection[]): Finding[] {
  const start = config['consumer.start.offset'];
  if (typeof start !== 'number') return [];
  if (start > nowMs) {
    return [
      warning(
        'start-in-future',
        `consumer.start.offset is ${new Date(start).toISOString()}, which is still to come: partitions without a committed offset begin at their end`,
        'correct it, or set consumer.start.offset=latest if that is meant',
      ),
    ];
  }
  const tooShort = usable.filter(({ name }) => {
    const { 'retention.ms': retention, 'cleanup.policy': policy = 'delete' } = settings.get(name) ?? {};
    const retentionMs = Number(retention ?? -1);
    return policy.includes('delete') && retentionMs >= 0 && start < nowMs - retentionMs;
  });
  return tooShort.map(({ name }) => {
    const hours = Math.round(Number(settings.get(name)?.['retention.ms']) / HOUR_MS);
    return warning(
      'start-before-retention',
      `topic ${name} keeps records for ${counted(hours, 'hour')}, and consumer.start.offset lies before that: what is older is gone`,
      'expect to begin at the earliest record there is, or raise retention.ms before more is deleted',
    );
  });
}
