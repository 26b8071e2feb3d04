/** Keys that every Kafka Connect sink has.
 *  Source: https://kafka.apache.org/documentation/#sinkconnectconfigs and `ConsumerConfig`. */
import type { KeyRule } from './table.ts';

const WORKER_LEVEL =
  'how Kafka is reached is said once, in the worker settings (bootstrap.servers, security.protocol, sasl.*, ssl.*; see spillway validate --keys worker)';
const NO_CONVERTER =
  'values are carried as the bytes that Kafka holds: nothing is decoded by a schema and nothing re-encoded';
const JSON_NOTE =
  'JSON is carried as text, untouched. With schemas.enable=true Connect wrote the payload only; here the whole {"schema":...,"payload":...} text stays';

const CONVERTERS = {
  'org.apache.kafka.connect.storage.stringconverter': 'string',
  'org.apache.kafka.connect.converters.bytearrayconverter': 'bytes',
  'org.apache.kafka.connect.json.jsonconverter': { value: 'string', note: JSON_NOTE },
} as const;
const SCHEMA_CONVERTER =
  'no counterpart: Avro, Protobuf and JSON Schema records are not decoded here. Their bytes can be kept (value.converter=bytes), or a function of your own can decode them';

/** Rules under their keys. */
export const ANY_SINK_KEYS: Readonly<Record<string, KeyRule>> = {
  'connector.class': { composed: true },
  name: { composed: true },
  topics: { to: 'topics' },
  'topics.regex': {
    to: 'topics.regex',
    note: 'is a JavaScript expression here, over the whole name; Java-only syntax such as (?i) or \\p{Alpha} must be rewritten',
  },
  'tasks.max': { to: 'tasks.max' },
  'key.converter': { to: 'key.converter', values: CONVERTERS, otherwise: SCHEMA_CONVERTER },
  'value.converter': { to: 'value.converter', values: CONVERTERS, otherwise: SCHEMA_CONVERTER },
  'header.converter': { needless: 'headers are carried as bytes' },
  'errors.tolerance': {
    to: 'errors.policy',
    values: {
      all: {
        value: 'continue',
        note: 'no bad record is skipped: each goes to the error topic, also one that the sink itself refuses; while that cannot be written, its partition waits',
      },
      none: {
        value: 'stop',
        note: 'only the partition of the bad record stops, at that record, until a person resumes it; the task does not fail',
      },
    },
    otherwise: 'expected all or none',
  },
  'errors.deadletterqueue.topic.name': { composed: true },
  'errors.deadletterqueue.topic.replication.factor': {
    none: "error topics are created with the cluster's default; create the topic yourself for another",
  },
  'errors.deadletterqueue.context.headers.enable': { needless: 'the __connect.errors.* headers are always written' },
  'errors.retry.timeout': {
    to: 'errors.retry.timeout',
    note: 'here it bounds how long an unreachable target is tried again before the task fails, not how long one record is',
  },
  'errors.retry.delay.max.ms': { to: 'retry.backoff.max.ms' },
  'errors.log.enable': { needless: 'errant records are always logged, with topic, partition, offset and code' },
  'errors.log.include.messages': { none: 'the content of records is never logged' },
  transforms: {
    none: 'single message transforms are not available: transform before (a stream processor) or after (your own function)',
  },
  predicates: { none: 'they belong to transforms' },
  'config.action.reload': { needless: 'rotated secrets are looked up anew at each use' },
  'consumer.override.auto.offset.reset': { to: 'consumer.start.offset', by: 'start-offset' },
  'consumer.override.group.id': { to: 'consumer.group.id' },
  'consumer.override.isolation.level': { to: 'isolation.level' },
};

/** Rules for families of keys. */
export const ANY_SINK_PREFIXES: Readonly<Record<string, KeyRule>> = {
  'key.converter.': { needless: NO_CONVERTER },
  'value.converter.': { needless: NO_CONVERTER },
  'header.converter.': { needless: 'headers are carried as bytes' },
  'transforms.': { none: 'belongs to transforms, which are not available' },
  'predicates.': { none: 'belongs to transforms, which are not available' },
  'consumer.override.': {
    none: 'the consumer is not tuned by connector; memory and sessions are worker settings (memory.budget.bytes, session.timeout.ms)',
  },
  'consumer.override.security.': { none: WORKER_LEVEL },
  'consumer.override.sasl.': { none: WORKER_LEVEL },
  'consumer.override.ssl.': { none: WORKER_LEVEL },
  'consumer.override.bootstrap.': { none: WORKER_LEVEL },
  'producer.override.': { none: 'the error topic is written with acks=all, through the worker settings' },
  'admin.override.': { none: WORKER_LEVEL },
  'errors.deadletterqueue.': { none: 'no such setting' },
};
