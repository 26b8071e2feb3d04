/** Which servers a run tests on, by name. */
import {
  SEARCH_SERVER_NAMES,
  type SearchFeature,
  type SearchServerName,
  searchServers,
} from '../../infra/local/search/servers.ts';
import { whyNoSearch } from '../../infra/local/search/start-search.ts';

/** A server, open or with TLS and users: `opensearch-2`, `opensearch-2-secured`. */
export type TestedServer = SearchServerName | `${SearchServerName}-secured`;

/** Names the servers of a run, with commas. */
export const SERVERS_VARIABLE = 'SPILLWAY_TEST_SEARCH_SERVERS';
/** What `npm test` runs on; no more than two, since they live beside Kafka. */
const DEFAULT_SERVERS: readonly TestedServer[] = ['elasticsearch-8', 'opensearch-2'];
const SECURED = /-secured$/;

const KNOWN: ReadonlySet<string> = new Set(SEARCH_SERVER_NAMES.flatMap((name) => [name, `${name}-secured`]));
const isKnown = (name: string): name is TestedServer => KNOWN.has(name);

/** The servers named in `env`, else the default ones.
 *  @throws Error that lists the names when one is unknown */
export function testedServers(env: NodeJS.ProcessEnv): readonly TestedServer[] {
  const named = env[SERVERS_VARIABLE]?.split(',').filter((name) => name !== '') ?? [];
  if (named.length === 0) return DEFAULT_SERVERS;
  return named.map((name) => {
    if (isKnown(name)) return name;
    throw new Error(`${SERVERS_VARIABLE} names ${name}, expected some of ${[...KNOWN].join(', ')}`);
  });
}

export function isSecured(name: TestedServer): boolean {
  return SECURED.test(name);
}

export function serverOf(name: TestedServer): SearchServerName {
  return name.replace(SECURED, '') as SearchServerName;
}

/** Those of `servers` that this machine can run. */
export async function thoseThatRun(servers: readonly TestedServer[]): Promise<readonly TestedServer[]> {
  const reasons = await Promise.all(servers.map((server) => whyNoSearch(serverOf(server))));
  return servers.filter((_, i) => reasons[i] === undefined);
}

/** Whether that server can do it: `it.skipIf(!searchHas(server, 'pipelines'))`. */
export function searchHas(name: TestedServer, feature: SearchFeature): boolean {
  return searchServers[serverOf(name)].features.includes(feature);
}
