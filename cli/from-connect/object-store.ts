/** What all sinks to S3 say of their bucket, told for OSS. */
import type { FillIn, KeyRule } from './table.ts';

/** Rules that two tables share. */
export const objectStore = {
  bucket: { to: 'oss.bucket', note: 'is a bucket at OSS now: it must exist there under this name, or correct it' },
  region: { none: 'a region of another cloud says nothing about OSS' },
  endpoint: { none: 'an endpoint of another store says nothing about OSS' },
  accessKeyId: {
    to: 'oss.access.key.id',
    secret: '${env:OSS_ACCESS_KEY_ID}',
    note: 'is an AccessKey of Alibaba Cloud now',
  },
  accessKeySecret: {
    to: 'oss.access.key.secret',
    secret: '${env:OSS_ACCESS_KEY_SECRET}',
    note: 'is the secret of that AccessKey now',
  },
  provider: {
    none: 'credentials are an AccessKey by reference, or the role of the function (leave both oss.access.key.* out)',
  },
  role: {
    none: 'no role is assumed: give temporary credentials (oss.security.token), or run with a role of Alibaba Cloud',
  },
} as const satisfies Record<string, KeyRule>;

/** Never to be had from the source. */
export const OSS_FILL_IN: readonly FillIn[] = [
  {
    key: 'oss.access.key.id',
    what: 'and oss.access.key.secret, as references such as ${env:OSS_ACCESS_KEY_ID}; not where the environment or the role of a function gives credentials',
  },
  {
    key: 'oss.region',
    what: 'region of the bucket such as cn-hangzhou, or oss.endpoint; inside Alibaba Cloud best the internal endpoint',
  },
];
