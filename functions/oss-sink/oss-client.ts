/** The object store over ali-oss: signature version 4, no retries of its own. */
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import OSS from 'ali-oss';
import type { Clock } from '../../shared/clock.ts';
import { FatalError } from '../../shared/errors.ts';
import { updateInSlices } from './byte-slices.ts';
import { classify, type OssRequest } from './classify.ts';
import type { CredentialSource, OssCredentials } from './credentials.ts';
import type { OssAddress } from './endpoint.ts';
import { type Exchange, failureOf, type OssTransport, Transport } from './exchange.ts';
import type { ObjectHead, ObjectStore, ObjectToPut, RequestOptions } from './object-store.ts';
import type { OssFailure } from './oss-failure.ts';
import type { OssAction } from './rights.ts';
import type { UploadCheck } from './upload-check.ts';

export interface OssClientOptions {
  readonly address: OssAddress;
  readonly bucket: string;
  readonly uploadCheck: UploadCheck;
  readonly credentials: CredentialSource;
  readonly clock: Clock;
  /** Takes the requests in place of the network; closed with the client. */
  readonly transport?: OssTransport | undefined;
}

/** What of ali-oss is used beyond its published types. */
interface AliOss {
  /** Parameters of `request` for an object. `put` would do the same, and hash a copy of the body. */
  _objectRequestParams(method: string, name: string, options: object): object;
  request(parameters: object): Promise<unknown>;
  head(name: string, options: object): Promise<unknown>;
  get(name: string, options: object): Promise<{ readonly content: Buffer }>;
  delete(name: string, options: object): Promise<unknown>;
  getBucketVersioning(bucket: string, options: object): Promise<{ readonly versionStatus?: string }>;
  signatureUrlV4(method: string, expires: number, request: object, name: string): Promise<string>;
}

const META_PREFIX = 'x-oss-meta-';

export class OssClient implements ObjectStore {
  readonly #options: OssClientOptions;
  readonly #transport: OssTransport;
  #signer: { readonly credentials: OssCredentials; readonly oss: AliOss } | undefined;
  #honoursForbidOverwrite: boolean | undefined;

  constructor(options: OssClientOptions) {
    this.#options = options;
    this.#transport = options.transport ?? new Transport();
  }

  async put(
    { name, body, contentType, metadata }: ObjectToPut,
    options: RequestOptions,
  ): Promise<'created' | 'exists'> {
    const meta = Object.entries(metadata).map(([key, value]) => [`${META_PREFIX}${key}`, value]);
    const md5 = this.#options.uploadCheck === 'md5' ? await updateInSlices(createHash('md5'), body) : undefined;
    const headers = {
      'x-oss-forbid-overwrite': 'true',
      'Content-Type': contentType,
      ...Object.fromEntries(meta),
      // With it the service refuses damaged content.
      ...(md5 === undefined ? {} : { 'Content-MD5': md5.digest('base64') }),
    };
    const outcome = await this.#request('PutObject', options, (oss, ctx) =>
      oss.request({
        ...oss._objectRequestParams('PUT', name, { ctx, headers }),
        content: body,
        disabledMD5: true,
        successStatuses: [200],
      }),
    );
    if (!('failure' in outcome)) return 'created';
    const { failure } = outcome;
    if (failure.kind === 'reply' && failure.code === 'FileAlreadyExists') return 'exists';
    throw this.#error('PutObject', failure, options);
  }

  async head(name: string, options: RequestOptions): Promise<ObjectHead | undefined> {
    const outcome = await this.#request('HeadObject', options, (oss, ctx) => oss.head(name, { ctx }));
    if ('failure' in outcome) {
      const { failure } = outcome;
      // A HEAD without a code comes from something that is no OSS; the put that follows will say more.
      const noObject =
        failure.kind === 'reply' && failure.status === 404 && (failure.code ?? 'NoSuchKey') === 'NoSuchKey';
      if (noObject) return undefined;
      throw this.#error('HeadObject', failure, options);
    }
    const headers = outcome.exchange.reply?.headers ?? {};
    const crc64 = String(headers['x-oss-hash-crc64ecma']);
    const size = String(headers['content-length']);
    return {
      size: /^\d+$/.test(size) ? Number(size) : undefined,
      crc64: /^\d+$/.test(crc64) ? BigInt(crc64) : undefined,
      metadata: Object.fromEntries(
        Object.entries(headers).flatMap(([header, value]) =>
          header.startsWith(META_PREFIX) ? [[header.slice(META_PREFIX.length), String(value)]] : [],
        ),
      ),
    };
  }

  async get(name: string, options: RequestOptions): Promise<Buffer> {
    const outcome = await this.#request('GetObject', options, (oss, ctx) => oss.get(name, { ctx }));
    if ('failure' in outcome) throw this.#error('GetObject', outcome.failure, options);
    return outcome.result.content;
  }

  async honoursForbidOverwrite(options: RequestOptions): Promise<boolean> {
    if (this.#honoursForbidOverwrite === undefined) {
      this.#honoursForbidOverwrite = (await this.versioning(options)) === '';
    }
    return this.#honoursForbidOverwrite;
  }

  /** State of the bucket's versioning as the service spells it, '' where it never was on, `undefined` where we may not ask. */
  async versioning(options: RequestOptions): Promise<string | undefined> {
    const action = 'GetBucketVersioning';
    const outcome = await this.#request(action, options, (oss, ctx) =>
      oss.getBucketVersioning(this.#options.bucket, { ctx }),
    );
    // A bucket that never had versioning answers without a status.
    if (!('failure' in outcome)) return outcome.result.versionStatus ?? '';
    const { failure } = outcome;
    const mayNotAsk = failure.kind === 'reply' && (failure.code === 'AccessDenied' || failure.status === 501);
    if (mayNotAsk && failure.endpoint === undefined) return undefined;
    throw this.#error(action, failure, options);
  }

  /** Only for an object that the caller made a moment ago: the sink itself deletes nothing. */
  async delete(name: string, options: RequestOptions): Promise<void> {
    const outcome = await this.#request('DeleteObject', options, (oss, ctx) => oss.delete(name, { ctx }));
    if ('failure' in outcome) throw this.#error('DeleteObject', outcome.failure, options);
  }

  async presignedUrl(name: string, expiresSeconds: number): Promise<string> {
    const oss = this.#aliOss(this.#options.credentials(), true);
    return oss.signatureUrlV4('GET', expiresSeconds, {}, name);
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  async #request<T>(
    action: OssAction,
    { signal, context }: RequestOptions,
    call: (oss: AliOss, exchange: Exchange) => Promise<T>,
  ): Promise<{ readonly result: T; readonly exchange: Exchange } | { readonly failure: OssFailure }> {
    const exchange: Exchange = { signal };
    const oss = this.#current();
    try {
      const result = await call(oss, exchange);
      const doubt = doubtOf(exchange);
      if (doubt === undefined) return { result, exchange };
      throw new FatalError('OSS_ANSWER_DOUBTFUL', `${action}: ${doubt}; check oss.endpoint and any proxy on the way`, {
        ...(context === undefined ? {} : { context }),
      });
    } catch (error) {
      if (error instanceof FatalError) throw error;
      const failure = failureOf(exchange, this.#options.clock.now());
      const answered = failure?.kind === 'reply' && failure.status < 300;
      if (failure !== undefined && !answered) return { failure };
      // ali-oss itself failed, before the request or over a good answer.
      throw new FatalError('OSS_CLIENT_FAILED', `${action}: the OSS client failed outside of a request`, {
        cause: error,
        ...(context === undefined ? {} : { context }),
      });
    }
  }

  #error(action: OssAction, failure: OssFailure, { context }: RequestOptions): Error {
    const { bucket, address } = this.#options;
    const request: OssRequest = { action, bucket, endpoint: address.endpoint.origin, region: address.region };
    return classify(failure, context === undefined ? request : { ...request, context });
  }

  /** One signer as long as the credentials stay the same. */
  #current(): AliOss {
    const credentials = this.#options.credentials();
    const last = this.#signer;
    if (
      last?.credentials.accessKeyId === credentials.accessKeyId &&
      last.credentials.accessKeySecret === credentials.accessKeySecret &&
      last.credentials.securityToken === credentials.securityToken
    ) {
      return last.oss;
    }
    const oss = this.#aliOss(credentials, false);
    this.#signer = { credentials, oss };
    return oss;
  }

  /** `forUrls`: everything must be in the URL, nothing in a Host header. For an IP address ali-oss puts the bucket into the Host
   *  header, or, with `sldEnable`, into the path; `localhost` has no subdomains and always takes the path. */
  #aliOss(credentials: OssCredentials, forUrls: boolean): AliOss {
    const { address, bucket } = this.#options;
    const { hostname, origin } = address.endpoint;
    const options = {
      accessKeyId: credentials.accessKeyId,
      accessKeySecret: credentials.accessKeySecret,
      ...(credentials.securityToken === undefined ? {} : { stsToken: credentials.securityToken }),
      // Silences a warning about stale tokens: the source of credentials is asked before every request.
      refreshSTSTokenInterval: 1,
      bucket,
      endpoint: origin,
      region: `oss-${address.region}`,
      secure: address.endpoint.protocol === 'https:',
      sldEnable: hostname === 'localhost' || (forUrls && isIP(hostname) !== 0),
      authorizationV4: true,
      retryMax: 0,
      urllib: this.#transport,
    };
    return new OSS(options) as unknown as AliOss;
  }
}

/** Why a 2xx is not taken for success: something between us and OSS, or in its place, may answer 200 to anything. Every answer of
 *  the service names its request, and the ETag of a put is the MD5 of its body, except under KMS encryption.
 *  Source: https://www.alibabacloud.com/help/en/oss/developer-reference/common-http-headers (ETag, x-oss-request-id) */
function doubtOf({ reply, sentMd5 }: Exchange): string | undefined {
  const headers = reply?.headers ?? {};
  if (headers['x-oss-request-id'] === undefined) return 'the answer carries no x-oss-request-id, so it is not from OSS';
  if (sentMd5 === undefined || headers['x-oss-server-side-encryption'] !== undefined) return undefined;
  const etag = String(headers['etag']).replaceAll('"', '').toLowerCase();
  const expected = Buffer.from(sentMd5, 'base64').toString('hex');
  return etag === expected
    ? undefined
    : `the answer says that something else was stored (ETag ${etag}, sent ${expected})`;
}
