/** Keys of the OSS sink, and what the dispatcher must know of it. */
import { defineKey } from '../../shared/config/define-key.ts';
import type { ConfigOf } from '../../shared/config/definition.ts';
import type { SinkDefinition } from '../../shared/sink.ts';
import { timeZoneProblem } from '../../shared/time-pattern.ts';
import { ossChecks } from './config-checks.ts';
import { endpointUrl, REGION_EXPECTED, regionComplaint } from './endpoint.ts';
import { isOutputField, OUTPUT_FIELDS } from './fields.ts';
import { DEFAULT_KEY_TEMPLATE, keyTemplateProblems, objectNaming } from './key-template.ts';
import { COMPRESSIONS, extensionOf, FORMATS, FRAMINGS } from './object-format.ts';
import { NO_ROTATION, rotation } from './rotation.ts';
import { defaultUploadCheck, UPLOAD_CHECKS } from './upload-check.ts';

const TARGET = { group: 'OSS target' } as const;
const NAMES = { group: 'OSS object names' } as const;
const ROTATION = { group: 'OSS object rotation' } as const;
const CONTENT = { group: 'OSS object content' } as const;

const MIB = 1024 * 1024;
const ENDPOINT_EXPECTED = 'an endpoint such as https://oss-cn-hangzhou.aliyuncs.com, without bucket, path or user';
const BUCKET_EXPECTED = 'a bucket name: 3 to 63 lower-case letters, digits and "-", neither first nor last a "-"';
const FIELDS_EXPECTED = `fields among ${OUTPUT_FIELDS.join(', ')}`;

export const ossKeys = {
  'oss.endpoint': defineKey.string({
    ...TARGET,
    importance: 'HIGH',
    refersTo: 'address',
    displayName: 'Endpoint',
    expected: ENDPOINT_EXPECTED,
    check: (text) => (endpointUrl(text) === undefined ? ENDPOINT_EXPECTED : undefined),
    doc: 'Where OSS is reached. Without it the public endpoint of `oss.region` is used; inside Alibaba Cloud give the internal one (`https://oss-cn-hangzhou-internal.aliyuncs.com`), which is faster and free of traffic charges.',
  }),
  'oss.region': defineKey.string({
    ...TARGET,
    importance: 'HIGH',
    displayName: 'Region',
    expected: REGION_EXPECTED,
    check: regionComplaint,
    doc: 'Region of the bucket, part of every signature. Not needed where `oss.endpoint` is a name of the service that says it.',
  }),
  'oss.bucket': defineKey.string({
    ...TARGET,
    importance: 'HIGH',
    displayName: 'Bucket',
    consoleName: 'Bucket',
    required: true,
    expected: BUCKET_EXPECTED,
    check: (text) => (/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(text) ? undefined : BUCKET_EXPECTED),
    doc: 'Bucket that objects are written to. It must exist. The credentials need `oss:PutObject` and `oss:GetObject`, and should have `oss:GetBucketVersioning`.',
  }),
  'oss.access.key.id': defineKey.password({
    ...TARGET,
    importance: 'HIGH',
    displayName: 'AccessKey ID',
    consoleName: 'Access Key',
    doc: 'AccessKey ID. Without it the credentials of the function’s role, or of the environment (`ALIBABA_CLOUD_ACCESS_KEY_ID`, `..._SECRET`, `ALIBABA_CLOUD_SECURITY_TOKEN`), are used.',
  }),
  'oss.access.key.secret': defineKey.password({
    ...TARGET,
    importance: 'HIGH',
    displayName: 'AccessKey secret',
    consoleName: 'Secret Key',
    doc: 'AccessKey secret that belongs to `oss.access.key.id`.',
  }),
  'oss.security.token': defineKey.password({
    ...TARGET,
    importance: 'MEDIUM',
    displayName: 'Security token',
    doc: 'Token of temporary (STS) credentials; only with `oss.access.key.id`. It is looked up anew for each request, so a file that somebody renews is followed.',
  }),
  'oss.upload.check': defineKey.enum(UPLOAD_CHECKS, {
    ...TARGET,
    importance: 'LOW',
    displayName: 'Check of uploads',
    derived: {
      text: '`none` where `oss.endpoint` is https, `md5` where it is plain http',
      reads: ['oss.endpoint'],
      value: (config) => defaultUploadCheck(endpointUrl(String(config['oss.endpoint'] ?? ''))),
    },
    doc: 'What tells that an object arrived as it was sent. `md5`: its MD5 goes with it, so that OSS refuses a damaged one, and the ETag of the answer is compared. `none`: the transport is relied on; TLS authenticates every byte, and the CPU time of the MD5 is saved.',
  }),
  'oss.object.prefix': defineKey.string({
    ...NAMES,
    importance: 'MEDIUM',
    displayName: 'Prefix',
    doc: 'Folder before every object name, with or without a slash at its end.',
  }),
  'oss.object.key.template': defineKey.string({
    ...NAMES,
    importance: 'MEDIUM',
    displayName: 'Object key template',
    default: DEFAULT_KEY_TEMPLATE,
    expected: 'a template with {topic}, {partition} and {offset}',
    check: (text) => keyTemplateProblems(text)[0],
    doc: 'Object name below the prefix; the extension is added. `{topic}`, `{partition}` and `{offset}` (first offset, 20 digits) are required. `{timestamp:yyyy/MM/dd/HH}` is the record time, `{key}` the record key: an object then holds records of one such time or key only. A key that makes no valid name makes its record errant.',
  }),
  'oss.time.zone': defineKey.string({
    ...NAMES,
    importance: 'LOW',
    displayName: 'Time zone',
    default: 'UTC',
    expected: 'an IANA time zone',
    check: timeZoneProblem,
    doc: 'Time zone of `{timestamp:...}` in object names and of both rotation intervals.',
  }),
  'oss.rotate.interval.ms': defineKey.long({
    ...ROTATION,
    importance: 'MEDIUM',
    displayName: 'Rotation by record time',
    min: NO_ROTATION,
    unit: 'ms',
    default: NO_ROTATION,
    doc: 'Record time that one object may span: records of different intervals never share an object, and a late record goes to the open object of its own. Intervals count from midnight of `oss.time.zone`. -1: none but those of `{timestamp:...}`.',
  }),
  'oss.rotate.schedule.interval.ms': defineKey.long({
    ...ROTATION,
    importance: 'MEDIUM',
    displayName: 'Rotation by the clock',
    min: NO_ROTATION,
    unit: 'ms',
    default: NO_ROTATION,
    doc: 'All open objects close when the clock passes a multiple of this (3600000: at each full hour), counted from midnight of `oss.time.zone`; set `linger.ms` at least as long, or age closes them before. -1: never.',
  }),
  'oss.format': defineKey.enum(FORMATS, {
    ...CONTENT,
    importance: 'HIGH',
    displayName: 'Format',
    default: 'envelope',
    doc: '`envelope`: one JSON array, as the managed service writes it. `jsonl`: the same elements, one a line. `csv`: one row a record (RFC 4180); a null is an empty field, an empty text `""`. `raw`: the values’ bytes and nothing else.',
  }),
  'oss.raw.framing': defineKey.enum(FRAMINGS, {
    ...CONTENT,
    importance: 'LOW',
    displayName: 'Framing of raw values',
    default: 'newline',
    doc: 'With `oss.format=raw`. `newline`: each value and a line feed; values are written untouched, so one that contains a line feed takes several lines, and a null looks like an empty value. `length`: each value after its length, 4 bytes big-endian, -1 for a null; nothing is ambiguous.',
  }),
  'oss.csv.header': defineKey.boolean({
    ...CONTENT,
    importance: 'LOW',
    displayName: 'CSV header',
    default: true,
    doc: 'With `oss.format=csv`: whether the first line of each object names the fields.',
  }),
  'oss.compression': defineKey.enum(COMPRESSIONS, {
    ...CONTENT,
    importance: 'MEDIUM',
    displayName: 'Compression',
    default: 'none',
    doc: 'Compression of the whole object. Its name ends in `.gz` or `.zst`, its content type is that of a compressed file, and no `Content-Encoding` is set. `zstd` needs the optional package `@mongodb-js/zstd` where Node.js has none built in.',
  }),
  'oss.output.fields': defineKey.list({
    ...CONTENT,
    importance: 'MEDIUM',
    displayName: 'Fields',
    expected: FIELDS_EXPECTED,
    check: (text) => (isOutputField(text) ? undefined : FIELDS_EXPECTED),
    doc: 'Fields of each record and their order, not for `raw`. Default: all but `headers`. Without `overflowFlag`, a record whose value was left out is errant, for it would look like a tombstone.',
  }),
};

export type OssConfig = ConfigOf<typeof ossKeys>;

/** Names of objects under a configuration; see `objectNaming`. */
export function namingOf(config: OssConfig) {
  return objectNaming({
    prefix: config['oss.object.prefix'] ?? '',
    template: config['oss.object.key.template'],
    timeZone: config['oss.time.zone'],
    extension: extensionOf(config['oss.format'], config['oss.compression']),
    intervalOf: rotation(config['oss.rotate.interval.ms'], config['oss.time.zone']),
  });
}

export const ossSink: SinkDefinition<typeof ossKeys> = {
  connectorClass: 'oss-sink',
  title: 'OSS sink',
  description:
    'Writes records as objects of an Alibaba Cloud OSS bucket: one object a batch, named after its first offset.',
  keys: ossKeys,
  checks: ossChecks(ossKeys),
  defaults: {
    batchSize: 10_000,
    batchBytes: 32 * MIB,
    invokeMaxBytes: 64 * MIB,
    lingerMs: 60_000,
    maxInFlightBatches: 4,
    nullValues: 'write',
    invokeTarget: 'in-process',
  },
  userFunction: false,
  exactlyOnce: true,
  commitsAfterBatch: true,
  // Raw objects hold no keys at all, and values as they are.
  keyConverter: (config) => (config['oss.format'] === 'raw' ? 'bytes' : 'string'),
  valueConverter: (config) => (config['oss.format'] === 'raw' ? 'bytes' : 'string'),
  windowOf: (config) => namingOf(config).windowOf,
  periodOf: (config) => rotation(config['oss.rotate.schedule.interval.ms'], config['oss.time.zone']),
};
