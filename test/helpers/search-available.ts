/** Tests on servers that this machine may be unable to run: skipped with the reason, which the end of the run repeats. In CI, where
 *  nothing may be missing, they fail. */
import { it, type TestContext } from 'vitest';
import { START_TIMEOUT_MS } from '../../infra/local/search/search-node.ts';
import type { SearchServerName } from '../../infra/local/search/servers.ts';
import { whyNoSearch } from '../../infra/local/search/start-search.ts';
// For what it adds to `TaskMeta`.
import type {} from './foreign/announce.ts';
import { serverOf, type TestedServer, thoseThatRun } from './search-names.ts';

/** `required` makes a test fail where it would be skipped otherwise. */
const REQUIRED = process.env['SPILLWAY_TEST_SEARCH'] === 'required';
/** A cold machine fetches the server first. */
const FETCH_TIMEOUT_MS = 420_000;
const WORK_TIMEOUT_MS = 60_000;

/** The limit of a test or a hook that starts a server so many times. */
export function limitOfStarts(starts: number): number {
  return FETCH_TIMEOUT_MS + starts * START_TIMEOUT_MS + WORK_TIMEOUT_MS;
}

/** Skips the test of `context` when this machine cannot run `server`. To be called first, or from `beforeEach`. */
export async function needsSearch(server: SearchServerName, { task, skip }: TestContext): Promise<void> {
  const reason = await whyNoSearch(server);
  if (reason === undefined) return;
  if (REQUIRED) throw new Error(`${reason} (SPILLWAY_TEST_SEARCH=required)`);
  task.meta.foreignSkip = reason;
  skip(reason);
}

/** `thoseThatRun`, with a test for each of the others, which is skipped. To be called while the tests of a file are collected. */
export async function serversOfFile(servers: readonly TestedServer[]): Promise<readonly TestedServer[]> {
  const running = await thoseThatRun(servers);
  for (const server of servers.filter((each) => !running.includes(each)))
    it(`runs on ${server}`, (context) => needsSearch(serverOf(server), context));
  return running;
}
