/** HTTP under ali-oss: it builds and signs requests, undici carries them. That gives what its own transport (urllib 2) lacks: a
 *  request ends with its signal, `Retry-After` and the service's clock stay visible, and failures keep their cause. */
import { setImmediate } from 'node:timers/promises';
import { Agent, buildConnector, request } from 'undici';
import { type OssFailure, type RawReply, readReply, readThrown } from './oss-failure.ts';

/** One request and what came of it. Travels through ali-oss as its `ctx` option, which it hands on untouched. */
export interface Exchange {
  readonly signal: AbortSignal;
  /** MD5 of the body that was sent, base64; absent where none was declared. */
  sentMd5?: string;
  reply?: RawReply;
  thrown?: unknown;
}

/** What of ali-oss' request parameters matters here. */
export interface UrllibParameters {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly headers: Record<string, string>;
  readonly content?: Buffer;
  readonly ctx: Exchange;
}

/** What ali-oss reads of an answer. */
export interface UrllibResult {
  readonly status: number;
  readonly headers: RawReply['headers'];
  readonly data: Buffer;
  readonly res: { readonly status: number; readonly headers: RawReply['headers'] };
}

/** What ali-oss hands its requests to: the `urllib` option. */
export interface OssTransport {
  request(url: string, parameters: UrllibParameters): Promise<UrllibResult>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Below the minute after which the service closes idle connections. */
const KEEP_ALIVE_MS = 20_000;

/** The network. Owns its connections: as many as requests were under way at one time. A request takes an idle one or opens one; none
 *  waits behind another. */
export class Transport implements OssTransport {
  readonly #agent: Agent;

  /** @param dial how connections are opened */
  constructor(dial: typeof buildConnector = buildConnector) {
    this.#agent = new Agent({
      connect: dial({ timeout: CONNECT_TIMEOUT_MS }),
      keepAliveTimeout: KEEP_ALIVE_MS,
      // A request is bounded by its signal alone.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async request(url: string, { method, headers, content, ctx }: UrllibParameters): Promise<UrllibResult> {
    const sentMd5 = headers['Content-MD5'];
    if (sentMd5 !== undefined) ctx.sentMd5 = sentMd5;
    try {
      const reply = await request(url, {
        method,
        headers,
        body: content ?? null,
        dispatcher: this.#agent,
        signal: ctx.signal,
      });
      const body = Buffer.from(await reply.body.arrayBuffer());
      // undici lends a connection again one turn of the event loop after its answer; a request made before would open another.
      await setImmediate();
      return answered(ctx, { status: reply.statusCode, headers: reply.headers, body });
    } catch (error) {
      ctx.thrown = error;
      // The form in which urllib reports that no answer came.
      throw Object.assign(new Error('request failed'), { name: 'RequestError', status: -1 });
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

/** Notes a reply in its exchange, and hands it to ali-oss in the form that it reads. */
export function answered(exchange: Exchange, reply: RawReply): UrllibResult {
  const { status, headers, body } = reply;
  exchange.reply = reply;
  return { status, headers, data: body, res: { status, headers } };
}

/** What went wrong in an exchange that failed; `undefined` when it failed before or after the wire. */
export function failureOf(exchange: Exchange, localTimeMs: number): OssFailure | undefined {
  if (exchange.reply !== undefined) return readReply(exchange.reply, localTimeMs);
  if (exchange.thrown !== undefined) return readThrown(exchange.thrown, exchange.signal.aborted);
  return undefined;
}
