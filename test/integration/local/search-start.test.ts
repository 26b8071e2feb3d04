import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { searchRequest } from '../../../infra/local/search/search-request.ts';
import { type LocalSearch, type StartSearchOptions, startSearch } from '../../../infra/local/search/start-search.ts';
import { processIsGone } from '../../helpers/process-is-gone.ts';
import { limitOfStarts, needsSearch } from '../../helpers/search-available.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { waitFor } from '../../helpers/wait-for.ts';

/** Of all servers it starts fastest. */
const FASTEST = 'opensearch-2';

async function start(options: Partial<StartSearchOptions> = {}): Promise<LocalSearch> {
  const search = await startSearch({ server: FASTEST, ...options });
  onTestFinished(() => search.stop());
  return search;
}

/** One that the servers' user may enter. */
async function openFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await chmod(folder, 0o711);
  return join(folder, 'search');
}

const put = (search: LocalSearch, id: string) =>
  searchRequest(search, 'PUT', `/orders/_doc/${id}?refresh=true`, { n: 1 });
const count = async (search: LocalSearch) => (await searchRequest(search, 'GET', '/orders/_count')).body;

describe('startSearch', { timeout: limitOfStarts(3) }, () => {
  beforeEach((context) => needsSearch(FASTEST, context));

  it('keeps documents, port and its settings over kill -9 and restart; leaves neither process nor folder after stop, and may be stopped twice', async () => {
    const search = await start({
      nodeSettings: { 'node.attr.rack': 'r1' },
      settings: { 'cluster.max_shards_per_node': 7 },
    });
    const { pid, url } = search;
    await put(search, '1');
    await search.kill();
    expect(processIsGone(pid)).toBe(true);
    await expect(put(search, '2')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await search.restart();
    expect(search.url).toBe(url);
    expect(search.pid).not.toBe(pid);
    expect(await count(search)).toMatchObject({ count: 1 });
    const settings = await searchRequest(search, 'GET', '/_cluster/settings?flat_settings=true');
    expect(settings.body).toMatchObject({ persistent: { 'cluster.max_shards_per_node': '7' } });
    expect((await searchRequest(search, 'GET', '/_cat/nodeattrs?h=attr,value')).body).toMatch(/rack +r1/);
    expect(await search.logs()).toContain('started');
    expect(processIsGone(search.pid)).toBe(false);
    await search.stop();
    await search.stop();
    expect(processIsGone(search.pid)).toBe(true);
    expect(existsSync(search.dir)).toBe(false);
  });

  it('finds the data of an earlier start in the folder it was given, below others that it makes whatever our mask, and takes the port it was given', async () => {
    const outer = await openFolder();
    const dir = join(outer, 'a', 'b');
    const mask = process.umask(0o077);
    onTestFinished(() => void process.umask(mask));
    const first = await startSearch({ server: FASTEST, dir });
    process.umask(mask);
    expect(first.dir).toBe(dir);
    if (process.getuid?.() === 0) expect((await stat(join(outer, 'a'))).mode & 0o777).toBe(0o755);
    await put(first, '1');
    await first.stop();
    const port = Number(new URL(first.url).port);
    const second = await start({ dir, port });
    expect(second.url).toBe(`http://127.0.0.1:${port}`);
    expect(await count(second)).toMatchObject({ count: 1 });
    await expect(startSearch({ server: FASTEST, port })).rejects.toMatchObject({
      code: 'LOCAL_SEARCH_FAILED',
      message: expect.stringContaining('Address already in use'),
    });
  });

  it('tells the end of the log when the server does not start', async () => {
    await expect(startSearch({ server: FASTEST, nodeSettings: { 'no.such.setting': 1 } })).rejects.toMatchObject({
      code: 'LOCAL_SEARCH_FAILED',
      message: expect.stringContaining('unknown setting [no.such.setting]'),
    });
  });

  it.skipIf(process.getuid?.() !== 0)('names the folder that keeps the user of the servers out', async () => {
    const folder = await temporaryFolder();
    await expect(startSearch({ server: FASTEST, dir: join(folder, 'search') })).rejects.toMatchObject({
      code: 'LOCAL_SEARCH_UNAVAILABLE',
      message: expect.stringContaining(`chmod o+x ${folder}`),
    });
  });
});

// One with a launcher between us and the server, and one without.
describe.each(['elasticsearch-8', FASTEST] as const)('%s', { timeout: limitOfStarts(1) }, (server) => {
  beforeEach((context) => needsSearch(server, context));

  it('does not outlive its parent, not even one killed with SIGKILL', async () => {
    const script = join(import.meta.dirname, '../../helpers/start-search-and-wait.ts');
    const parent = spawn(process.execPath, ['--import', 'tsx', script, server, await openFolder()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const { value } = await createInterface({ input: parent.stdout })[Symbol.asyncIterator]().next();
    const pid = Number(value);
    expect(processIsGone(pid)).toBe(false);
    parent.kill('SIGKILL');
    await waitFor(() => processIsGone(pid), { what: `server ${pid} to follow its parent` });
  });
});
