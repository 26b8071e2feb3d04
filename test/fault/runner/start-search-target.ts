import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SearchReply, searchRequest } from '../../../infra/local/search/search-request.ts';
import type { SearchServerName } from '../../../infra/local/search/servers.ts';
import { type LocalSearch, startSearch } from '../../../infra/local/search/start-search.ts';
import { freePorts } from '../../../infra/local/supervise/ports.ts';
import type { Closing } from './closing.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import type { SearchTarget } from './world.ts';

async function ask(
  search: LocalSearch,
  method: string,
  path: string,
  body: object | string | undefined,
): Promise<SearchReply> {
  const reply = await searchRequest(search, method, path, body);
  if (reply.status < 400 || reply.status === 404) return reply;
  throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
}

/** @throws LocalSearchError and its kin when the server cannot be started */
export async function startSearchTarget(
  server: SearchServerName,
  folder: string,
  closing: Closing,
): Promise<SearchTarget> {
  const search = await startSearch({ server });
  closing.push(async () => {
    await writeFile(join(folder, 'search.log'), await search.logs());
    await search.stop();
  });
  const [proxyPort = 0] = await freePorts(1);
  const proxy = await startTcpProxy(proxyPort, Number(new URL(search.url).port));
  closing.push(() => proxy.close());
  let isRunning = true;
  const restart = async (nodeSettings: Readonly<Record<string, string | number>>) => {
    await search.restart(nodeSettings);
    isRunning = true;
  };
  return {
    proxy,
    request: (method, path, body) => ask(search, method, path, body),
    async kill(signal) {
      isRunning = false;
      await search.kill(signal);
    },
    async start() {
      if (!isRunning) await restart({});
    },
    restart,
  };
}
