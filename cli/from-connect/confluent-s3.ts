/** Confluent's S3 sink.
 *  Source: https://docs.confluent.io/kafka-connectors/s3-sink/current/configuration_options.html */
import { confluentObjectNames } from './confluent-names.ts';
import { OSS_FILL_IN, objectStore } from './object-store.ts';
import type { ConnectTable } from './table.ts';

const HIVE = 'no tables are registered at a metastore';
const SSE = 'set encryption as the default of the bucket';
const PROXY = 'OSS is reached directly';
const NO_SCHEMA = 'records are not decoded, so there is no schema to follow';
const NO_FIELD = 'records are not decoded, so names cannot depend on a field of the value';

/** Data for `translate`. */
export const confluentS3: ConnectTable = {
  title: 'Confluent S3 sink',
  classes: ['io.confluent.connect.s3.S3SinkConnector', 'S3SinkConnector'],
  sink: 'oss-sink',
  always: {},
  defaults: {
    'behavior.on.null.values': 'fail',
    'format.class': 'io.confluent.connect.s3.format.json.JsonFormat',
    'topics.dir': 'topics',
  },
  keys: {
    's3.bucket.name': objectStore.bucket,
    's3.region': objectStore.region,
    'store.url': objectStore.endpoint,
    'aws.access.key.id': objectStore.accessKeyId,
    'aws.secret.access.key': objectStore.accessKeySecret,
    's3.credentials.provider.class': objectStore.provider,
    's3.credentials.provider.access_key_id': objectStore.accessKeyId,
    's3.credentials.provider.secret_access_key': objectStore.accessKeySecret,
    'topics.dir': { to: 'oss.object.prefix', by: 'topics-dir' },
    'flush.size': {
      to: 'batch.size',
      note: 'an object closes on records, bytes (batch.bytes) or age (linger.ms), whichever is first',
    },
    'rotate.interval.ms': { composed: true },
    'rotate.schedule.interval.ms': { composed: true },
    'partitioner.class': { composed: true },
    'path.format': { composed: true },
    'partition.duration.ms': { composed: true },
    'timestamp.extractor': { composed: true },
    'timestamp.field': { none: NO_FIELD },
    'partition.field.name': { none: NO_FIELD },
    timezone: { to: 'oss.time.zone' },
    locale: { needless: 'object names are made of digits' },
    'directory.delim': { composed: true },
    'file.delim': { composed: true },
    'filename.offset.zero.pad.width': { needless: 'offsets in names always have 20 digits' },
    'format.class': {
      to: 'oss.format',
      values: {
        'io.confluent.connect.s3.format.json.jsonformat': {
          value: 'jsonl',
          note: 'a line is an envelope element ({"key":...,"offset":...,"value":"..."}), and not the bare value; oss.format=raw writes bare values, a line each',
        },
        'io.confluent.connect.s3.format.bytearray.bytearrayformat': {
          value: 'raw',
          note: 'values are separated by a line feed; the extension is .bin',
        },
      },
      otherwise: 'no counterpart: formats are envelope, jsonl, csv and raw; Avro and Parquet are not written',
    },
    'format.bytearray.extension': { none: 'the extension follows from format and compression' },
    'format.bytearray.separator': {
      none: 'raw values are separated by a line feed, or framed by length (oss.raw.framing)',
    },
    's3.compression.type': {
      to: 'oss.compression',
      values: { none: 'none', gzip: 'gzip' },
      otherwise: 'compressions are none, gzip and zstd',
    },
    's3.compression.level': { none: 'levels are not configurable' },
    'behavior.on.null.values': {
      to: 'behavior.on.null.values',
      values: {
        ignore: 'ignore',
        fail: {
          value: 'error-topic',
          note: 'a tombstone goes to the error topic (under errors.policy=stop its partition stops); write keeps it in the object',
        },
        write: {
          value: 'write',
          note: 'tombstones are in the same object as the others, without a value, and not in files of their own',
        },
      },
      otherwise: 'expected ignore, fail or write',
    },
    'tombstone.encoded.partition': { none: 'tombstones are in the same objects as the other records' },
    'store.kafka.keys': { needless: 'the key is a field of each record, but not under oss.format=raw' },
    'store.kafka.headers': { composed: true },
    'keys.format.class': { needless: 'the key is a field of each record' },
    'headers.format.class': { needless: 'headers are a field of each record, where oss.output.fields names them' },
    'enable.conditional.writes': { needless: 'objects are never overwritten (x-oss-forbid-overwrite)' },
    's3.part.size': { needless: 'an object is one request; batch.bytes bounds it' },
    's3.part.retries': {
      none: 'an unreachable target is tried again for ever by default: errors.retry.timeout bounds it',
    },
    's3.retry.backoff.ms': { to: 'retry.backoff.ms' },
    'retry.backoff.ms': { needless: 's3.retry.backoff.ms says the same of the target' },
    's3.object.tagging': { none: 'objects carry their range and digest as metadata, but no tags' },
    's3.acl.canned': { none: 'objects take the ACL of the bucket' },
    's3.ssea.name': { none: SSE },
    's3.sse.key': { none: SSE },
    's3.sse.kms.key.id': { none: SSE },
    's3.wan.mode': { none: 'give the transfer acceleration endpoint as oss.endpoint instead' },
    's3.path.style.access.enabled': { needless: 'OSS takes virtual-host addresses only' },
    'storage.class': { needless: 'the storage is OSS' },
    'schema.compatibility': { needless: NO_SCHEMA },
    'schema.cache.size': { needless: NO_SCHEMA },
    'avro.codec': { none: 'Avro files are not written' },
    'parquet.codec': { none: 'Parquet files are not written' },
    'partitioner.max.open.files': {
      needless: 'at most 8 batches are open for a partition, and memory is bounded (memory.budget.bytes)',
    },
  },
  prefixes: {
    's3.proxy.': { none: PROXY },
    's3.credentials.provider.': objectStore.provider,
    'hive.': { none: HIVE },
    'confluent.': { needless: 'there is no licence' },
  },
  fillIn: OSS_FILL_IN,
  compose: confluentObjectNames,
};
