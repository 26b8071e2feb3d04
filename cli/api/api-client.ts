/** One request to the REST API of a worker, and its answer. */
import { type Dispatcher, request } from 'undici';
import { FatalError, RetriableError } from '../../shared/errors.ts';
import { foreign, noAnswer, refusal, unavailable } from './api-errors.ts';

export interface ApiSettings {
  /** Where the API is, without a slash at its end. */
  readonly baseUrl: string;
  /** What proves who calls. */
  readonly authorization?: string;
  /** For one request with its whole answer. */
  readonly timeoutMs: number;
}

export type ApiMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiRequest {
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly body?: unknown;
}

/** Far more than any answer: what goes on longer is none. */
const MOST_BYTES = 64 * 1024 * 1024;
const SHOWN_CHARS = 200;

/** Calls the API. Not retried: whoever asks decides. Every failure is one of `api-errors.ts`. */
export class ApiClient {
  constructor(
    readonly settings: ApiSettings,
    private readonly dispatcher: Dispatcher,
  ) {}

  /** The answer's JSON; undefined where it is empty.
   *  @throws ApiRefused; FatalError `API_FOREIGN`, `API_NOT_TRUSTED`; RetriableError `API_UNREACHABLE`, `API_TIMEOUT`, `API_UNAVAILABLE` */
  async call(method: ApiMethod, path: string, { query, body }: ApiRequest = {}): Promise<unknown> {
    const { baseUrl, timeoutMs } = this.settings;
    try {
      const answer = await request(`${baseUrl}${path}${queryText(query)}`, {
        method,
        dispatcher: this.dispatcher,
        signal: AbortSignal.timeout(timeoutMs),
        // The signal ends all of it, however slowly an answer drips in.
        headersTimeout: 0,
        bodyTimeout: 0,
        headers: this.#headers(body !== undefined),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const type = String(answer.headers['content-type'] ?? 'no content type');
      return judged({ baseUrl, path, status: answer.statusCode, type, text: await wholeText(answer.body, baseUrl) });
    } catch (thrown) {
      throw isJudged(thrown) ? thrown : noAnswer(thrown, baseUrl, timeoutMs, method !== 'GET');
    }
  }

  close(): Promise<void> {
    return this.dispatcher.destroy();
  }

  #headers(hasBody: boolean): Record<string, string> {
    const { authorization } = this.settings;
    return {
      accept: 'application/json',
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...(authorization === undefined ? {} : { authorization }),
    };
  }
}

function isJudged(thrown: unknown): boolean {
  return thrown instanceof FatalError || thrown instanceof RetriableError;
}

interface ApiAnswer {
  readonly baseUrl: string;
  /** That was asked. */
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** The answer's JSON, or what it says no with, thrown. */
function judged({ baseUrl, path, status, type, text }: ApiAnswer): unknown {
  const json = jsonOf(text);
  if (status < 300) {
    if (text === '') return undefined;
    if (json === undefined) throw foreign(baseUrl, `${status} with ${type}, and no JSON`);
    return json.value;
  }
  const said = messageOf(json?.value);
  // A worker of Kafka Connect answers so until it has started: `{"message":"Not Found","url":…,"status":"404"}`.
  if (status === 404 && isOf(json?.value, 'url')) throw unavailable(baseUrl, status, 'it is starting');
  // It is there, and the connector is not valid: no other worker starts it either.
  if (status === 500 && said?.startsWith('Failed to start connector')) throw refusal(status, said, path);
  if (status >= 500) throw unavailable(baseUrl, status, said ?? shownText(text, type));
  // Who is not let in is often told so in plain text. XML is how object stores say it, which are none.
  if (type.includes('xml')) throw foreign(baseUrl, `${status} with ${type}`);
  if (status === 401 || status === 403) throw refusal(status, said ?? shownText(text, type), path);
  if (said === undefined || !isOf(json?.value, 'error_code')) throw foreign(baseUrl, `${status} with ${type}`);
  throw refusal(status, said, path);
}

function queryText(query: ApiRequest['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) parameters.append(name, String(one));
    }
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

async function wholeText(body: AsyncIterable<Buffer>, baseUrl: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw foreign(baseUrl, `more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function isOf(value: unknown, field: string): boolean {
  return typeof value === 'object' && value !== null && field in value;
}

function messageOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('message' in value)) return undefined;
  return typeof value.message === 'string' ? value.message : undefined;
}

function shownText(text: string, type: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line === '' || type.includes('html') ? type : line.slice(0, SHOWN_CHARS);
}
