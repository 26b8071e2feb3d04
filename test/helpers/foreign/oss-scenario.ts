/** What every OSS client does against the stand-in, and what must come of it. The programs of `test/foreign` go through the same steps. */
import { createHash } from 'node:crypto';

/** Signature version, and where the bucket's name goes. */
export const VARIANTS = ['v4-path', 'v4-vhost', 'v1-path', 'v1-vhost'] as const;
export type Variant = (typeof VARIANTS)[number];

/** What a step printed, without its name. */
export type StepResult = Readonly<Record<string, unknown>>;

/** Steps in the order in which they ran. */
export type StepResults = readonly (readonly [step: string, result: StepResult])[];

export const PART_BYTES = 100 * 1024;
export const LIST_NAMES = ['a/1', 'a/2', 'b', 'c/1', '数据 +&<'] as const;
export const TEXT_TYPE = 'text/plain; charset=utf-8';

/** A key with what clients encode differently, under the scenario's own prefix. */
export function awkwardKey(prefix: string): string {
  return `${prefix}数据 é+1/a b'()*!~&=%41.txt`;
}

export function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('hex');
}

const FIRST = 'hello 世界\n';
const SECOND = '0123456789';
const PARTS = `${'a'.repeat(PART_BYTES)}${'b'.repeat(PART_BYTES)}end`;
const etag = (content: string) => md5(content).toUpperCase();

const listing = { pages: [['a/1', 'a/2'], ['b', 'c/1'], ['数据 +&<']] };
const folders = { keys: ['b', '数据 +&<'], prefixes: ['a/', 'c/'] };

/** `clock-skew` of a client that learns the time from the refusal and asks again. */
export const CLOCK_CORRECTED: StepResult = { body: 'in time' };

/** Every step and its result, in order. Sources: the service's pages of the operations, and its error codes. */
export const EXPECTED: Readonly<Record<string, StepResult>> = {
  put: { etag: etag(FIRST) },
  overwrite: { etag: etag(SECOND) },
  'forbid-overwrite': { status: 409, code: 'FileAlreadyExists' },
  get: { body: SECOND, contentType: TEXT_TYPE, note: 'a b' },
  range: { body: '234' },
  head: { length: SECOND.length, contentType: TEXT_TYPE, note: 'a b', type: 'Normal' },
  'head-missing': { status: 404, code: 'NoSuchKey' },
  meta: { length: SECOND.length, etag: etag(SECOND) },
  copy: { body: SECOND },
  chunked: { body: 'abcd' },
  'list-v1': listing,
  'list-v1-folders': folders,
  'list-v2': listing,
  'list-v2-folders': folders,
  delete: { status: 404, code: 'NoSuchKey' },
  'delete-many': { deleted: ['a/1', 'a/2', 'never there', '数据 +&<'], left: ['c/1'] },
  append: { next: [3, 6], body: 'abcdef', type: 'Appendable' },
  'append-conflict': { status: 409, code: 'PositionNotEqualToLength' },
  multipart: { parts: [1, 2, 3], uploads: ['parts'], length: PARTS.length, md5: md5(PARTS) },
  'multipart-abort': { uploads: [] },
  presigned: { status: 200, body: SECOND },
  'wrong-secret': { status: 403, code: 'SignatureDoesNotMatch' },
  'unknown-key': { status: 403, code: 'InvalidAccessKeyId' },
  'missing-bucket': { status: 404, code: 'NoSuchBucket' },
  sts: { body: 'by a token' },
  'sts-wrong-token': { status: 403, code: 'InvalidSecurityToken' },
  // Of a bucket with versions both writes stay, although the second forbids to overwrite.
  versioned: { versions: 2, markers: 1 },
  'clock-skew': { status: 403, code: 'RequestTimeTooSkewed' },
};
