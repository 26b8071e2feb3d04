/** What RAM must allow for each request of the sink: the table of `docs/oss-sink.md` and the policies of `infra/policies/`.
 *  Source: https://www.alibabacloud.com/help/en/oss/user-guide/ram-policy-overview */
export const OSS_RIGHTS = {
  PutObject: 'oss:PutObject',
  HeadObject: 'oss:GetObject',
  GetObject: 'oss:GetObject',
  GetBucketVersioning: 'oss:GetBucketVersioning',
} as const;

/** Requests that the client can make. `DeleteObject` is that of `spillway doctor`, for the object that it has just written. */
export type OssAction = keyof typeof OSS_RIGHTS | 'DeleteObject';
