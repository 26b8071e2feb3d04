/** What went wrong between us and OSS, before anybody judged it. */
import { retryAfterMs } from '../../shared/retry-after.ts';

/** The service answered, and not with success. Absent fields were not in the reply. */
export interface OssReply {
  readonly kind: 'reply';
  readonly status: number;
  /** The service's own word: `NoSuchBucket`. Absent when a proxy answered, or HEAD did without `x-oss-err`. */
  readonly code?: string;
  /** The service's own sentence. Written by it about the request, so it holds no secret. */
  readonly message?: string;
  readonly requestId?: string;
  /** Endpoint that the service says the bucket has. */
  readonly endpoint?: string;
  readonly retryAfterMs?: number;
  /** The service's clock, epoch ms. */
  readonly serverTimeMs?: number;
  /** Our clock when the reply came, epoch ms. */
  readonly localTimeMs: number;
}

/** No whole answer came. */
export interface NetworkFailure {
  readonly kind: 'network';
  /** `ECONNRESET`, `UND_ERR_SOCKET`, `ABORTED` when we gave up ourselves; '' when the error had none. */
  readonly code: string;
  readonly cause: unknown;
}

export type OssFailure = OssReply | NetworkFailure;

export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

function headerOf(reply: RawReply, name: string): string | undefined {
  const value = reply.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The error document: flat XML, so one element is found by its name. HEAD carries it base64 in a header.
 *  Source: https://www.alibabacloud.com/help/en/oss/developer-reference/error-responses */
function errorDocument(reply: RawReply): string {
  const encoded = headerOf(reply, 'x-oss-err');
  if (reply.body.length === 0 && encoded !== undefined) return Buffer.from(encoded, 'base64').toString('utf8');
  return reply.body.toString('utf8');
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function element(document: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(document)?.[1];
  return text?.trim().replace(/&(lt|gt|amp|quot|apos);/g, (_, entity: string) => ENTITIES[entity] ?? '');
}

function timeOf(text: string | undefined): number | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** Drops what is not there, as the compiler's exact optional properties ask. */
function present<T extends object>(fields: T): { [P in keyof T]: Exclude<T[P], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** Reads an unsuccessful reply. `localTimeMs` is our clock, epoch ms. */
export function readReply(reply: RawReply, localTimeMs: number): OssReply {
  const document = errorDocument(reply);
  return {
    kind: 'reply',
    status: reply.status,
    localTimeMs,
    ...present({
      code: element(document, 'Code'),
      message: element(document, 'Message'),
      requestId: element(document, 'RequestId') ?? headerOf(reply, 'x-oss-request-id'),
      endpoint: element(document, 'Endpoint'),
      retryAfterMs: retryAfterMs(reply.headers['retry-after'], localTimeMs),
      serverTimeMs: timeOf(element(document, 'ServerTime')) ?? timeOf(headerOf(reply, 'date')),
    }),
  };
}

/** Reads what a request threw. `aborted`: we gave up ourselves. */
export function readThrown(thrown: unknown, aborted: boolean): NetworkFailure {
  if (aborted) return { kind: 'network', code: 'ABORTED', cause: thrown };
  return { kind: 'network', code: codeOf(thrown), cause: thrown };
}

/** undici's `HTTPParserError` has no code of its own. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return thrown.name === 'HTTPParserError' ? thrown.name : '';
}
