/** What a call of the REST API fails with, and what a person does about it. */
import { FatalError, RetriableError } from '../../shared/errors.ts';
import { networkFailureKind } from '../../shared/network-failure.ts';
import { printable } from '../shown-bytes.ts';

/** The API understood and said no (HTTP 4xx; 500 where a connector does not start). `status` is its own. */
export class ApiRefused extends FatalError {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super('API_REFUSED', message);
  }
}

/** @param status of HTTP
 *  @param said the API's own message
 *  @param path that was asked */
export function refusal(status: number, said: string, path: string): ApiRefused {
  const next = nextStep(status, said, path);
  // Connect ends a list of problems by telling of its API.
  const reason = said.replace(/\nYou can also find the above list of errors at the endpoint [^\n]*$/, '');
  return new ApiRefused(status, printable(next === undefined ? reason : `${withoutEnd(reason)}; ${next}`));
}

function nextStep(status: number, said: string, path: string): string | undefined {
  if (status === 500) return 'spillway connectors status says why';
  if (status === 401) return 'sign in with --token (SPILLWAY_TOKEN) or --user (SPILLWAY_USER)';
  if (status === 403) return 'sign in as somebody who may, with --token or --user';
  if (status === 429) return 'wait a moment and repeat the command';
  if (status === 409 && !said.includes('already exists'))
    return 'it is changing now: wait a moment and repeat the command';
  if (status !== 404) return undefined;
  if (path.startsWith('/spillway/') && said.includes('HTTP 404'))
    return 'only workers of Spillway can do this, and this is none';
  if (/^Unknown task\b/.test(said)) return 'spillway connectors status shows which there are';
  if (/^Unknown plugin\b/.test(said)) return 'spillway connectors plugins shows which there are';
  if (/^Logger\b/.test(said)) return 'spillway connectors loggers shows which there are';
  return /^(Connector .* not found|Unknown connector|No status found)/.test(said)
    ? 'spillway connectors list shows which there are'
    : undefined;
}

/** The API is there and cannot do its work now: it starts, or Kafka does not answer it. */
export function unavailable(baseUrl: string, status: number, said: string): RetriableError {
  return new RetriableError(
    'API_UNAVAILABLE',
    `${baseUrl} answered ${status}: ${printable(withoutEnd(said))}; see the log of that worker, or ask another one with --url`,
  );
}

/** Something else answers there. `seen` completes "it answered". */
export function foreign(baseUrl: string, seen: string): FatalError {
  const message = `${baseUrl} is not a Kafka Connect API: it answered ${seen}. Check --url (SPILLWAY_URL): it is one of \`listeners\` of a worker started by spillway worker`;
  return new FatalError('API_FOREIGN', message);
}

/** What a request that got no whole answer is told as. `changes` says whether it may have changed something.
 *  @param thrown by undici, or the reason of the signal that ended it */
export function noAnswer(thrown: unknown, baseUrl: string, timeoutMs: number, changes: boolean): Error {
  const code = codeOf(thrown);
  const unsure = changes ? '. It may have been done all the same: look with spillway connectors status' : '';
  const kind = networkFailureKind(code);
  if (kind === 'given-up' || kind === 'timeout' || isTimeout(thrown)) {
    const message = `${baseUrl} did not answer within ${timeoutMs / 1000} s${unsure || '. See that worker, or ask another one with --url; --timeout says how long to wait'}`;
    return new RetriableError('API_TIMEOUT', message, { trouble: 'timeout', cause: thrown });
  }
  if (kind === 'untrusted' || kind === 'out-of-date' || kind === 'ours-refused') {
    const message = `${baseUrl} is not trusted (${code}): name the certificate of its authority with --ca (SPILLWAY_CA), and check its name and date`;
    return new FatalError('API_NOT_TRUSTED', message, { cause: thrown });
  }
  if (kind === 'not-tls') return foreign(baseUrl, 'without TLS; write http:// if that is meant');
  if (kind === 'not-http' || code.startsWith('HPE_')) {
    return foreign(baseUrl, 'something that is not HTTP; write https:// if it speaks TLS');
  }
  const message = NO_CONNECTION.has(code)
    ? `no way to ${baseUrl} (${code}): start a worker (spillway worker FILE), or name one with --url (SPILLWAY_URL)`
    : `${baseUrl} ended the connection before it had answered (${code})${unsure || ': see that worker, or name another one with --url (SPILLWAY_URL)'}`;
  return new RetriableError('API_UNREACHABLE', message, { cause: thrown });
}

/** Nothing was sent. */
const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === 'TimeoutError' || thrown.name === 'AbortError');
}

/** Of the error itself, or of the one that it wraps: Node gathers the failures of several addresses into one without a code of its own. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'unknown';
  if (thrown.name === 'HTTPParserError') return thrown.name;
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return codeOf(thrown.errors[0]);
  return thrown.cause === undefined ? thrown.name : codeOf(thrown.cause);
}

function withoutEnd(sentence: string): string {
  return sentence.trim().replace(/[.;]+$/, '');
}
