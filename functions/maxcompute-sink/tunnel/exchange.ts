/** One request and its reply, over undici. Replies are not judged here. */
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { OdpsError } from './odps-error.ts';

export interface RawRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string | null;
  readonly signal: AbortSignal;
  /** For errors. */
  readonly action: string;
}

export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** The tunnel closes connections that are idle for two minutes. */
const KEEP_ALIVE_MS = 20_000;
/** Replies are descriptions of sessions, with up to 20,000 blocks, and results of statements. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;

/** Connections of a client of its own. A request is bounded by its signal alone.
 *  @param dial how they are opened */
export function connections(dial: typeof buildConnector = buildConnector): Agent {
  return new Agent({
    connect: dial({ timeout: CONNECT_TIMEOUT_MS }),
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: MAX_REPLY_BYTES,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** @throws OdpsError with `networkCode` when no whole reply came */
export async function exchange(
  dispatcher: Dispatcher,
  { method, url, headers, body, signal, action }: RawRequest,
): Promise<RawReply> {
  try {
    const reply = await request(url, { method, headers: { ...headers }, body, signal, dispatcher });
    const content = Buffer.from(await reply.body.arrayBuffer());
    return { status: reply.statusCode, headers: reply.headers, body: content };
  } catch (thrown) {
    const networkCode = signal.aborted ? 'ABORTED' : codeOf(thrown);
    throw new OdpsError({ status: 0, code: '', action, text: '', networkCode, cause: thrown });
  }
}

/** undici's parser errors carry a code of the parser's; their name says more. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  if (thrown.name === 'HTTPParserError') return thrown.name;
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}

/** First value of a header of a reply. */
export function headerOf({ headers }: RawReply, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
