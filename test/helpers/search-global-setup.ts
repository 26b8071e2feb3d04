import type { TestProject } from 'vitest/node';
import { startsSecuredServers, usesSharedServers } from './search-files.ts';
import { type SearchHub, startSearchHub } from './search-hub.ts';
import { testedServers } from './search-names.ts';

declare module 'vitest' {
  interface ProvidedContext {
    searchHub: string;
  }
}

/** Starts what the files of this run will ask for, and fetches what they will start themselves, while the first tests run already; a wrong
 *  guess only makes it come later, or in vain. */
async function prepare(hub: SearchHub, paths: readonly string[]): Promise<void> {
  const servers = testedServers(process.env);
  const shared = await Promise.all(paths.map(usesSharedServers));
  if (shared.includes(true)) for (const server of servers) hub.prepare(server);
  const secured = await Promise.all(paths.map(startsSecuredServers));
  if (secured.includes(true)) for (const server of servers) hub.fetchSecured(server);
}

/** Provides the servers of `useSearch`: started when a file of the run needs them, once for all of them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const hub = await startSearchHub();
  project.provide('searchHub', hub.url);
  await prepare(hub, project.vitest.state.getPaths());
  return () => hub.close();
}
