/** Keys that Kafka Connect spells `consumer.override.<name>`: how this connector's consumers fetch and stay in their group, where it shall be
 *  otherwise than the worker's settings say. Those that have a key of their own are its aliases (`consumer.override.auto.offset.reset`). */
import { defineKey } from '../define-key.ts';

const CONSUMER = { group: 'Consumer', importance: 'LOW' } as const;

/** What the names of client overrides begin with. */
export const CONSUMER_OVERRIDE = 'consumer.override.';

export const overrideKeys = {
  'consumer.override.fetch.max.bytes': defineKey.int({
    ...CONSUMER,
    displayName: 'Bytes of a fetch',
    min: 1,
    unit: 'bytes',
    doc: 'The most bytes of one fetch over all partitions. The share of the memory budget that a task has bounds it, too; without it that share alone.',
  }),
  'consumer.override.max.partition.fetch.bytes': defineKey.int({
    ...CONSUMER,
    displayName: 'Bytes of a partition',
    min: 1,
    unit: 'bytes',
    doc: 'The most bytes of one partition in a fetch. A single record that is larger still comes.',
  }),
  'consumer.override.fetch.max.wait.ms': defineKey.int({
    ...CONSUMER,
    displayName: 'Wait of a fetch',
    min: 0,
    max: 60_000,
    unit: 'ms',
    doc: 'How long the broker holds a fetch that has nothing to bring. Default: 500.',
  }),
  'consumer.override.session.timeout.ms': defineKey.int({
    ...CONSUMER,
    displayName: 'Session timeout',
    min: 1000,
    unit: 'ms',
    doc: 'After so long without a heartbeat the group takes a member of this connector for gone. Default: `session.timeout.ms` of the worker.',
  }),
  'consumer.override.heartbeat.interval.ms': defineKey.int({
    ...CONSUMER,
    displayName: 'Heartbeat interval',
    min: 100,
    unit: 'ms',
    doc: 'How often a member says that it is there; a third of the session timeout at most. Default: 1,000.',
  }),
  'consumer.override.metadata.max.age.ms': defineKey.int({
    ...CONSUMER,
    displayName: 'Metadata age',
    min: 100,
    unit: 'ms',
    doc: 'How often brokers are asked for new partitions and topics. Default: `metadata.max.age.ms` of the worker.',
  }),
};
