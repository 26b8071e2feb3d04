/** What the writer needs of an object store; `oss-client.ts` is the only implementation. */
import type { ErrorContext } from '../../shared/errors.ts';

export interface ObjectToPut {
  readonly name: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** User metadata: names in lower case, values ASCII. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ObjectHead {
  /** Bytes as stored; undefined where the answer does not tell. */
  readonly size: number | undefined;
  /** CRC-64/ECMA of the bytes as stored (`shared/crc64.ts`), where the service tells it. */
  readonly crc64: bigint | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** How a request is bounded and what its errors say it was about. */
export interface RequestOptions {
  readonly signal: AbortSignal;
  readonly context?: ErrorContext;
}

/** Every method throws what `classify` makes of a failure: RetriableError, RecordError or FatalError. */
export interface ObjectStore {
  /** Puts an object where none of that name is. `exists`: there is one, and it was left alone (but see `honoursForbidOverwrite`). */
  put(object: ObjectToPut, options: RequestOptions): Promise<'created' | 'exists'>;
  /** `undefined` when there is no such object. */
  head(name: string, options: RequestOptions): Promise<ObjectHead | undefined>;
  /** The bytes as stored. */
  get(name: string, options: RequestOptions): Promise<Buffer>;
  /** False where a put replaces what is there, or may do so: a bucket with versioning, enabled or suspended, ignores
   *  `x-oss-forbid-overwrite`, and without `oss:GetBucketVersioning` we cannot know. Asked once, then remembered.
   *  Source: https://www.alibabacloud.com/help/en/oss/developer-reference/putobject (x-oss-forbid-overwrite) */
  honoursForbidOverwrite(options: RequestOptions): Promise<boolean>;
  /** URL that reads an object with a plain GET for `expiresSeconds`. Makes no request. */
  presignedUrl(name: string, expiresSeconds: number): Promise<string>;
  close(): Promise<void>;
}
