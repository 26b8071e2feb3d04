/** Options that say where the REST API is and who calls: the same on every command that talks to it. */
import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Agent } from 'undici';
import { ConfigError } from '../../shared/errors.ts';
import { ApiClient } from './api-client.ts';

export interface ApiOptions {
  readonly url: URL;
  readonly token?: string;
  readonly user?: string;
  readonly ca?: string;
  /** Seconds. */
  readonly timeout: number;
  readonly json: boolean;
}

const DEFAULT_URL = 'http://127.0.0.1:8083';
const DEFAULT_TIMEOUT_S = 30;
const MOST_TIMEOUT_S = 3_600;

/** Adds them to a command, in a group of their own. */
export function withApi(command: Command): Command {
  return command
    .option('--json', "the API's own answer, as JSON", false)
    .optionsGroup('Where the API is, and who asks:')
    .addOption(
      new Option('--url <url>', 'of a worker; any of them answers for all')
        .env('SPILLWAY_URL')
        .default(new URL(DEFAULT_URL), DEFAULT_URL)
        .argParser(urlOf),
    )
    .addOption(
      new Option('--token <token>', 'bearer token; better in SPILLWAY_TOKEN, which others do not see').conflicts(
        'user',
      ),
    )
    .option('--user <name[:password]>', 'basic user, or SPILLWAY_USER; the password may be in SPILLWAY_PASSWORD')
    .addOption(
      new Option('--ca <file>', 'certificate (PEM) of the authority that https:// is trusted by').env('SPILLWAY_CA'),
    )
    .addOption(
      new Option('--timeout <seconds>', 'for one answer of the API').default(DEFAULT_TIMEOUT_S).argParser(secondsOf),
    );
}

/** Runs `use` with a client, and closes it.
 *  @throws what `use` throws; ConfigError when the certificate cannot be read or a password is missing */
export async function withClient<T>(options: ApiOptions, use: (client: ApiClient) => Promise<T>): Promise<T> {
  const { url, ca, timeout } = options;
  const authorization = authorizationOf(options, process.env);
  if (authorization !== undefined && url.protocol === 'http:' && !isLoopback(url.hostname)) {
    process.stderr.write(`warning: who you are is sent to ${url.origin} in clear; use https://\n`);
  }
  const timeoutMs = timeout * 1_000;
  // A connection that does not come about is told apart from an API that is silent: by half the time, so that it is told in time.
  const connect = { timeout: timeoutMs / 2, ...(ca === undefined ? {} : { ca: certificate(ca) }) };
  const client = new ApiClient(
    { baseUrl: baseUrlOf(url), timeoutMs, ...(authorization === undefined ? {} : { authorization }) },
    new Agent({ connect }),
  );
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** Value of the header, where somebody signs in. An option counts more than any variable.
 *  @throws ConfigError when a user comes without a password */
export function authorizationOf(
  given: Pick<ApiOptions, 'token' | 'user'>,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const named = given.token !== undefined || given.user !== undefined;
  const token = named ? given.token : env['SPILLWAY_TOKEN'];
  const user = named ? given.user : env['SPILLWAY_USER'];
  if (token !== undefined && token !== '') return `Bearer ${token}`;
  if (user === undefined || user === '') return undefined;
  const password = env['SPILLWAY_PASSWORD'];
  if (!user.includes(':') && password === undefined) {
    const message = `${user} has no password: put it into SPILLWAY_PASSWORD, or write ${user}:PASSWORD`;
    throw new ConfigError([{ key: '--user', message }], 'connectors');
  }
  const pair = user.includes(':') ? user : `${user}:${password}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp =
    url !== undefined && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.search === '';
  if (isHttp) return url;
  throw new InvalidArgumentError('expected an address such as http://127.0.0.1:8083, without user or query');
}

/** A path is kept: the API may be behind a proxy. */
function baseUrlOf(url: URL): string {
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function secondsOf(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds > 0 && seconds <= MOST_TIMEOUT_S) return seconds;
  throw new InvalidArgumentError(`expected seconds, more than 0 and at most ${MOST_TIMEOUT_S}`);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}

function certificate(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown error';
    const message = `${path} cannot be read (${code}); name a PEM file`;
    throw new ConfigError([{ key: '--ca', message }], 'connectors');
  }
}
