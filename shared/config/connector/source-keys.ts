/** Keys that say what a connector is, what it reads and from where. */
import * as z from 'zod';
import type { StartOffset } from '../../kafka/driver.ts';
import { defineKey } from '../define-key.ts';
import { Refusal } from '../schemas.ts';
import { topicComplaint } from '../topic-name.ts';

const CONNECTOR = { group: 'Connector' } as const;
const SOURCE = { group: 'Source' } as const;

const NAME_EXPECTED = 'at most 48 digits, lower-case letters and "-", the first not "-"';
const START_EXPECTED = 'earliest, latest, or an ISO time with its zone such as 2026-01-31T08:00:00+08:00';

function readStartOffset(text: string): StartOffset | Refusal {
  const word = text.trim();
  if (word.toLowerCase() === 'earliest') return 'earliest';
  if (word.toLowerCase() === 'latest') return 'latest';
  return z.iso.datetime({ offset: true }).safeParse(word).success ? Date.parse(word) : new Refusal(START_EXPECTED);
}

/** A pattern matches whole topic names, as in Kafka Connect. */
function readTopicPattern(text: string): RegExp | Refusal {
  try {
    // Alone first: `a)(b` is malformed, and the frame around it would hide that.
    if (new RegExp(text) && text !== '') return new RegExp(`^(?:${text})$`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'malformed';
    return new Refusal(`a regular expression over whole topic names (${reason})`);
  }
  return new Refusal('a regular expression over whole topic names');
}

/** Keys of a connector whose `connector.class` is `connectorClass`. */
export function sourceKeys(connectorClass: string) {
  return {
    name: defineKey.string({
      ...CONNECTOR,
      importance: 'HIGH',
      displayName: 'Name',
      consoleName: '名称',
      required: true,
      expected: NAME_EXPECTED,
      check: (text) => (/^[0-9a-z][0-9a-z-]{0,47}$/.test(text) ? undefined : NAME_EXPECTED),
      doc: 'Name of the connector. Its consumer group and its error topic are named after it, so a renamed connector starts anew.',
    }),
    'connector.class': defineKey.enum([connectorClass], {
      ...CONNECTOR,
      importance: 'HIGH',
      displayName: 'Sink',
      required: true,
      doc: 'Which sink the records go to.',
    }),
    'tasks.max': defineKey.int({
      ...CONNECTOR,
      importance: 'HIGH',
      displayName: 'Tasks',
      consoleName: '消费线程并发数',
      min: 1,
      default: 6,
      doc: 'Members of the consumer group: those that each process of `spillway run` starts, or those that a cluster of workers has in all. More than the topics have partitions are idle.',
    }),
    topics: defineKey.list({
      ...SOURCE,
      importance: 'HIGH',
      displayName: 'Topics',
      consoleName: '数据源 Topic',
      expected: 'topic names',
      check: topicComplaint,
      doc: 'Topics to read. Exactly one of `topics` and `topics.regex` is given.',
    }),
    'topics.regex': defineKey.parsed(readTopicPattern, {
      ...SOURCE,
      importance: 'HIGH',
      displayName: 'Topic pattern',
      expected: 'a regular expression over whole topic names',
      doc: 'Pattern of the topics to read, over the whole name. Topics that appear later are picked up and read from their beginning.',
    }),
    'consumer.start.offset': defineKey.parsed(readStartOffset, {
      ...SOURCE,
      importance: 'HIGH',
      displayName: 'Start',
      consoleName: '消费初始位置',
      aliases: ['consumer.override.auto.offset.reset'],
      expected: START_EXPECTED,
      default: 'latest' as StartOffset,
      doc: 'Where a partition begins that its group has no committed offset for: `earliest`, `latest`, or the first record at or after an ISO time with its zone. Partitions that appear later always begin at their beginning.',
    }),
    'consumer.group.id': defineKey.string({
      ...SOURCE,
      importance: 'MEDIUM',
      displayName: 'Consumer group',
      consoleName: 'Connector 消费组',
      derived: { text: '`connect-<name>`', reads: ['name'], value: (config) => `connect-${config['name']}` },
      doc: 'Consumer group that holds the committed offsets. Two connectors must not share one.',
    }),
    'isolation.level': defineKey.enum(['read_committed', 'read_uncommitted'], {
      ...SOURCE,
      importance: 'LOW',
      displayName: 'Isolation level',
      aliases: ['consumer.override.isolation.level'],
      default: 'read_committed',
      doc: 'Whether records of open and aborted transactions are left out (`read_committed`) or read as well.',
    }),
    'offset.commit.interval.ms': defineKey.long({
      ...SOURCE,
      importance: 'LOW',
      displayName: 'Commit interval',
      min: 1,
      unit: 'ms',
      default: 5000,
      doc: 'How often offsets of finished records are committed. Sinks that write objects or sessions commit after each of them too.',
    }),
  };
}
