/** Keys that say how a record is read, what the envelope shows of it, and what becomes of nulls and oversize values. */

import type { NullValues } from '../../null-values.ts';
import type { SinkDefinition } from '../../sink.ts';
import { defaultOf, defineKey } from '../define-key.ts';
import type { KeyDefinitions } from '../definition.ts';

const RECORDS = { group: 'Records' } as const;
const OVERFLOW = { group: 'Overflow' } as const;

const CONVERTERS = ['string', 'bytes'] as const;
/** Kafka Connect's class names for the same two. */
const CONVERTER_CLASSES = {
  'org.apache.kafka.connect.storage.StringConverter': 'string',
  'org.apache.kafka.connect.converters.ByteArrayConverter': 'bytes',
} as const;

const WITHOUT_DELETE: readonly NullValues[] = ['write', 'ignore', 'error-topic'];

const SEVEN_DAYS_MS = 7 * 24 * 60 * 60 * 1000;

/** Keys of a connector to `sink`. The default of `value.converter` follows from the sink's own keys, so they must be parsed together. */
export function recordKeys<K extends KeyDefinitions>(sink: SinkDefinition<K>) {
  return {
    'key.converter': defineKey.enum(CONVERTERS, {
      ...RECORDS,
      importance: 'LOW',
      displayName: 'Key converter',
      spellings: CONVERTER_CLASSES,
      derived: {
        text: 'string; bytes where the format carries no keys',
        reads: Object.keys(sink.keys),
        value: (config) => sink.keyConverter(config as Parameters<typeof sink.keyConverter>[0]),
      },
      doc: '`string`: UTF-8 text, anything else makes the record errant. `bytes`: any bytes, base64 in the envelope.',
    }),
    'value.converter': defineKey.enum(CONVERTERS, {
      ...RECORDS,
      importance: 'MEDIUM',
      displayName: 'Value converter',
      spellings: CONVERTER_CLASSES,
      derived: {
        text: '`string`; `bytes` where the format carries any bytes',
        reads: Object.keys(sink.keys),
        value: (config) => sink.valueConverter(config as Parameters<typeof sink.valueConverter>[0]),
      },
      doc: '`string`: UTF-8 text, anything else makes the record errant. `bytes`: any bytes, base64 in the envelope.',
    }),
    'behavior.on.null.values': defineKey.enum(sink.nullValues ?? WITHOUT_DELETE, {
      ...RECORDS,
      importance: 'MEDIUM',
      displayName: 'On a tombstone',
      ...defaultOf(sink.defaults.nullValues),
      doc: 'What becomes of a record without a value: it is written, dropped and counted (`ignore`), sent to the error topic, or, where the target knows records by their keys, what its key names is deleted (`delete`).',
    }),
    'envelope.headers': defineKey.boolean({
      ...RECORDS,
      importance: 'LOW',
      displayName: 'Headers in the envelope',
      default: false,
      doc: 'Whether the envelope carries the headers of each record.',
    }),
    'envelope.timestamp.type': defineKey.boolean({
      ...RECORDS,
      importance: 'LOW',
      displayName: 'Timestamp type in the envelope',
      default: false,
      doc: "Whether the envelope says of each record if its time is the producer's (`CreateTime`) or the broker's (`LogAppendTime`).",
    }),
    ...overflowKeys,
  };
}

const overflowKeys = {
  'overflow.policy': defineKey.enum(['claim-check', 'error-topic', 'flag'], {
    ...OVERFLOW,
    importance: 'MEDIUM',
    displayName: 'On an oversize record',
    derived: {
      text: '`claim-check` if `overflow.claim.check.bucket` is set, else `error-topic`',
      reads: ['overflow.claim.check.bucket'],
      value: (config) => (config['overflow.claim.check.bucket'] === undefined ? 'error-topic' : 'claim-check'),
    },
    doc: 'What becomes of the value of a record that alone passes `invoke.max.bytes`: stored first and referred to (`claim-check`), written to the error topic, or left out and flagged (`flag`: the function sees only its size).',
  }),
  'overflow.claim.check.bucket': defineKey.string({
    ...OVERFLOW,
    importance: 'MEDIUM',
    displayName: 'Claim-check bucket',
    expected: 'a bucket name: 3 to 63 lower-case letters, digits and "-", beginning and ending with a letter or digit',
    // Source: OSS documentation, bucket naming conventions.
    check: (text) =>
      /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(text)
        ? undefined
        : 'a bucket name: 3 to 63 lower-case letters, digits and "-", beginning and ending with a letter or digit',
    doc: 'OSS bucket that oversize values are stored in.',
  }),
  'overflow.claim.check.prefix': defineKey.string({
    ...OVERFLOW,
    importance: 'LOW',
    displayName: 'Claim-check prefix',
    default: 'spillway-overflow/',
    doc: 'What the names of those objects begin with.',
  }),
  'overflow.claim.check.expiry.ms': defineKey.long({
    ...OVERFLOW,
    importance: 'LOW',
    displayName: 'Claim-check expiry',
    min: 1000,
    max: SEVEN_DAYS_MS,
    unit: 'ms',
    default: SEVEN_DAYS_MS,
    doc: 'How long the signed reference to a stored value can be used; 7 days is the most that OSS signs for.',
  }),
  'overflow.claim.check.endpoint': defineKey.string({
    ...OVERFLOW,
    importance: 'MEDIUM',
    refersTo: 'address',
    displayName: 'Claim-check endpoint',
    doc: 'OSS endpoint of that bucket. Without it the public endpoint of `overflow.claim.check.region`.',
  }),
  'overflow.claim.check.region': defineKey.string({
    ...OVERFLOW,
    importance: 'MEDIUM',
    displayName: 'Claim-check region',
    doc: 'OSS region of that bucket, for example `cn-hangzhou`.',
  }),
  'overflow.claim.check.access.key.id': defineKey.password({
    ...OVERFLOW,
    importance: 'MEDIUM',
    displayName: 'Claim-check access key id',
    doc: 'Access key of that bucket. Given together with its secret.',
  }),
  'overflow.claim.check.access.key.secret': defineKey.password({
    ...OVERFLOW,
    importance: 'MEDIUM',
    displayName: 'Claim-check access key secret',
    doc: 'Secret of that access key.',
  }),
  'overflow.claim.check.security.token': defineKey.password({
    ...OVERFLOW,
    importance: 'LOW',
    displayName: 'Claim-check security token',
    doc: 'STS token that belongs to a temporary access key.',
  }),
};
