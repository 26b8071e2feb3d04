/** Aiven's S3 sink, with the spellings of its older versions.
 *  Source: https://github.com/Aiven-Open/cloud-storage-connectors-for-apache-kafka, s3-sink-connector/README.md */
import { aivenObjects } from './aiven-objects.ts';
import { OSS_FILL_IN, objectStore } from './object-store.ts';
import type { ConnectTable } from './table.ts';

const COMPRESSION = {
  to: 'oss.compression',
  values: { none: 'none', gzip: 'gzip', zstd: 'zstd' },
  otherwise: 'no counterpart: compressions are none, gzip and zstd',
} as const;
const SSE = { none: 'set encryption as the default of the bucket' } as const;

/** Data for `translate`. */
export const aivenS3: ConnectTable = {
  title: 'Aiven S3 sink',
  classes: ['io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector', 'AivenKafkaConnectS3SinkConnector'],
  sink: 'oss-sink',
  always: {},
  defaults: {
    'file.compression.type': 'gzip',
    'format.output.type': 'csv',
    'format.output.fields': 'value',
    'file.name.template': '{{topic}}-{{partition}}-{{start_offset}}',
  },
  keys: {
    'aws.access.key.id': objectStore.accessKeyId,
    aws_access_key_id: objectStore.accessKeyId,
    'aws.secret.access.key': objectStore.accessKeySecret,
    aws_secret_access_key: objectStore.accessKeySecret,
    'aws.s3.bucket.name': objectStore.bucket,
    aws_s3_bucket: objectStore.bucket,
    aws_s3_bucket_name: objectStore.bucket,
    'aws.s3.region': objectStore.region,
    aws_s3_region: objectStore.region,
    'aws.s3.endpoint': objectStore.endpoint,
    aws_s3_endpoint: objectStore.endpoint,
    'aws.credentials.provider': objectStore.provider,
    'aws.s3.prefix': { composed: true },
    aws_s3_prefix: { composed: true },
    'file.name.prefix': { composed: true },
    'file.name.template': { composed: true },
    'file.name.timestamp.timezone': { to: 'oss.time.zone' },
    'timestamp.timezone': { to: 'oss.time.zone' },
    'file.name.timestamp.source': { composed: true },
    'timestamp.source': { composed: true },
    'file.compression.type': COMPRESSION,
    output_compression: COMPRESSION,
    'file.max.records': { composed: true },
    'format.output.type': { composed: true },
    'format.output.fields': { composed: true },
    output_fields: { composed: true },
    'format.output.fields.value.encoding': { composed: true },
    'format.output.envelope': { composed: true },
    'aws.s3.backoff.delay.ms': { to: 'retry.backoff.ms' },
    'aws.s3.backoff.max.delay.ms': { to: 'retry.backoff.max.ms' },
    'aws.s3.backoff.max.retries': {
      none: 'an unreachable target is tried again for ever by default: errors.retry.timeout bounds it',
    },
    'kafka.retry.backoff.ms': { needless: 'retry.backoff.ms says it' },
    'aws.s3.part.size.bytes': { needless: 'an object is one request; batch.bytes bounds it' },
    'aws.s3.sse.algorithm': SSE,
    'aws.s3.storage.class': { none: 'objects take the storage class of the bucket' },
    'native.s3.client': { needless: 'there is one client' },
  },
  prefixes: {
    'aws.sts.': objectStore.role,
    'aws.s3.sse.': SSE,
  },
  fillIn: OSS_FILL_IN,
  compose: aivenObjects,
};
