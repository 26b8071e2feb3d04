/** Requests to the service and the tunnel of one project: addressed, signed, sent, and told apart into replies and errors. */
import type { buildConnector, Dispatcher } from 'undici';
import type { Clock } from '../../../shared/clock.ts';
import { type BodyCompression, type BodyCompressor, bodyCompressor } from './body-compression.ts';
import { connections, exchange, headerOf, type RawReply } from './exchange.ts';
import { ANSWER_NOT_UNDERSTOOD, OdpsError } from './odps-error.ts';
import { refusalOf } from './refusal.ts';
import { type RetryOptions, retried } from './retries.ts';
import { signV2, signV4, stringToSign } from './sign.ts';
import { isObject } from './table-schema.ts';

export interface OdpsCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
}

export interface ConnectionOptions extends RetryOptions {
  /** Of the service, with its path: `https://service.cn-hangzhou.maxcompute.aliyun.com/api`. */
  readonly endpoint: string;
  /** Default: what the service names, asked once. */
  readonly tunnelEndpoint?: string | undefined;
  readonly project: string;
  /** Of projects that have schemas. */
  readonly schema?: string | undefined;
  /** A share of the tunnel of one's own. */
  readonly quotaName?: string | undefined;
  /** With it requests are signed with version 4. */
  readonly region?: string | undefined;
  /** Asked before every request, so that renewed credentials are followed. What it throws is thrown. */
  readonly credentials: () => Promise<OdpsCredentials>;
  /** Default: connections of its own, closed with it. */
  readonly dispatcher?: Dispatcher | undefined;
  /** How those connections are opened; by undici's own when absent. */
  readonly dial?: typeof buildConnector | undefined;
  readonly clock: Clock;
  /** Of blocks. Default: `deflate`. */
  readonly compression?: BodyCompression | undefined;
}

export interface OdpsRequest {
  readonly to: 'service' | 'tunnel';
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Parts of the path behind the endpoint's, not escaped. */
  readonly path: readonly string[];
  /** Not escaped; '' for a name that stands alone. */
  readonly query?: Readonly<Record<string, string>>;
  /** Names in small letters. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** What is asked for, in words. */
  readonly action: string;
  readonly signal: AbortSignal;
}

const USER_AGENT = 'spillway';

const TUNNEL_HEADERS = {
  'x-odps-tunnel-version': '6',
  'odps-tunnel-date-transform': 'v1',
  'odps-tunnel-sdk-support-schema-evolution': 'true',
};

export class OdpsConnection {
  readonly #options: ConnectionOptions;
  readonly #dispatcher: Dispatcher;
  readonly #close: () => Promise<void>;
  /** As the service named it. */
  #tunnel: string | undefined;
  #compressor: Promise<BodyCompressor> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    if (options.dispatcher === undefined) {
      const own = connections(options.dial);
      this.#dispatcher = own;
      this.#close = () => own.destroy();
    } else {
      this.#dispatcher = options.dispatcher;
      this.#close = async () => undefined;
    }
  }

  get project(): string {
    return this.#options.project;
  }

  get schema(): string | undefined {
    return this.#options.schema;
  }

  /** Whether the caller leaves waits to us. */
  get waits(): boolean {
    return this.#options.retry === 'table';
  }

  get random(): () => number {
    return this.#options.random;
  }

  /** For the tunnel's queries. */
  get quota(): Readonly<Record<string, string>> {
    const { quotaName } = this.#options;
    return quotaName === undefined ? {} : { quotaName };
  }

  /** Loaded once. */
  compressor(): Promise<BodyCompressor> {
    this.#compressor ??= bodyCompressor(this.#options.compression ?? 'deflate');
    return this.#compressor;
  }

  /** One try. @throws OdpsError for whatever is not a success */
  async send(request: OdpsRequest): Promise<RawReply> {
    const base = request.to === 'service' ? this.#options.endpoint : await this.#tunnelEndpoint(request.signal);
    try {
      return await this.#sendTo(base, request);
    } catch (error) {
      // An address that was named may be short-lived.
      if (request.to === 'tunnel' && error instanceof OdpsError && isUnreached(error)) this.#tunnel = undefined;
      throw error;
    }
  }

  /** As often as makes sense. @param follow see `retried` */
  request(request: OdpsRequest, follow?: (error: OdpsError) => Promise<void>): Promise<RawReply> {
    return this.retried(request.signal, () => this.send(request), follow);
  }

  retried<T>(signal: AbortSignal, attempt: () => Promise<T>, follow?: (error: OdpsError) => Promise<void>): Promise<T> {
    return retried(this.#options, signal, attempt, follow);
  }

  /** Between two looks at something that goes on at the server. @throws OdpsError when the signal is aborted */
  async pause(ms: number, signal: AbortSignal, action: string): Promise<void> {
    try {
      await this.#options.clock.sleep(ms, signal);
    } catch (cause) {
      throw new OdpsError({ status: 0, code: '', action, text: '', networkCode: 'ABORTED', cause });
    }
  }

  async close(): Promise<void> {
    await this.#close();
  }

  async #tunnelEndpoint(signal: AbortSignal): Promise<string> {
    const { tunnelEndpoint } = this.#options;
    if (tunnelEndpoint !== undefined) return tunnelEndpoint;
    this.#tunnel ??= await this.#discover(signal);
    return this.#tunnel;
  }

  async #discover(signal: AbortSignal): Promise<string> {
    const action = `ask where the tunnel of project ${this.project} is`;
    const reply = await this.#sendTo(this.#options.endpoint, {
      to: 'service',
      method: 'GET',
      path: ['projects', this.project, 'tunnel'],
      query: { service: '', ...this.quota },
      action,
      signal,
    });
    const address = reply.body.toString('utf8').trim();
    if (!/^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(address)) {
      throw notUnderstood(reply, action, 'the answer names no host');
    }
    return `${new URL(this.#options.endpoint).protocol}//${address}`;
  }

  async #sendTo(base: string, request: OdpsRequest): Promise<RawReply> {
    const { method, path, body = null, action, signal } = request;
    const query = { ...request.query, curr_project: this.project };
    const headers = await this.#headers(request, query);
    const reply = await exchange(this.#dispatcher, {
      method,
      url: urlOf(base, path, query),
      headers,
      body,
      signal,
      action,
    });
    if (reply.status < 200 || reply.status > 299) throw refusalOf(reply, action, this.#options.clock.now());
    return reply;
  }

  async #headers(
    { to, method, path, headers: own }: OdpsRequest,
    query: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    const credentials = await this.#options.credentials();
    const nowMs = this.#options.clock.now();
    const headers: Record<string, string> = {
      ...(to === 'tunnel' ? TUNNEL_HEADERS : {}),
      ...own,
      date: new Date(nowMs).toUTCString(),
      'user-agent': USER_AGENT,
      'x-odps-user-agent': USER_AGENT,
    };
    const text = stringToSign({ method, path: `/${path.join('/')}`, query, headers });
    const { region } = this.#options;
    headers['authorization'] =
      region === undefined ? signV2(credentials, text) : signV4(credentials, region, nowMs, text);
    if (credentials.securityToken !== undefined) headers['authorization-sts-token'] = credentials.securityToken;
    return headers;
  }
}

function isUnreached({ networkCode }: OdpsError): boolean {
  return networkCode !== undefined && networkCode !== 'ABORTED';
}

function urlOf(base: string, path: readonly string[], query: Readonly<Record<string, string>>): string {
  const parameters = Object.entries(query).map(([name, value]) =>
    value === '' ? encodeURIComponent(name) : `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return `${base.replace(/\/+$/, '')}/${path.map(encodeURIComponent).join('/')}?${parameters.join('&')}`;
}

/** A success that cannot be one. */
export function notUnderstood(reply: RawReply, action: string, text: string): OdpsError {
  return new OdpsError({
    status: reply.status,
    code: ANSWER_NOT_UNDERSTOOD,
    action,
    text,
    requestId: headerOf(reply, 'x-odps-request-id'),
  });
}

/** The object that a reply of the tunnel holds. @throws OdpsError when it holds none */
export function documentOf(reply: RawReply, action: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = JSON.parse(reply.body.toString('utf8'));
  } catch {
    // Said below.
  }
  if (isObject(document)) return document;
  throw notUnderstood(reply, action, 'the answer is no JSON object');
}
