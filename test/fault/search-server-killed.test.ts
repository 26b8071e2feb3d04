/** What tests do to servers that they may harm, and that nothing of it is left for the next test. */
import { describe, expect, it } from 'vitest';
import { searchServers, useSearchToHarm } from '../helpers/search.ts';

/** One is enough: what is tested is ours. The last is the one that starts faster, of the two of a common run. */
describe.each(searchServers.slice(-1))('%s, to be harmed,', (server) => {
  const search = useSearchToHarm(server);
  const attributes = async () => (await search.request('GET', '/_cat/nodeattrs?h=attr,value')).body;

  it('starts again over its data, with settings for one test', async () => {
    const index = search.index('orders');
    const { pid, url } = search;
    await search.request('PUT', `/${index}/_doc/1`, { n: 1 });
    await search.kill();
    await expect(search.request('GET', '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await search.restart({ 'node.attr.rack': 'r1' });
    expect(search.pid).not.toBe(pid);
    expect(search.url).toBe(url);
    expect(await attributes()).toMatch(/rack +r1/);
    expect(await search.count(index)).toBe(1);
  });

  it('has its own settings again in the next one', async () => {
    expect(await attributes()).not.toMatch(/rack/);
    await search.kill('SIGTERM');
  });

  it('is back when the test that ended it is finished', async () => {
    expect((await search.request('GET', '/_cluster/health')).status).toBe(200);
  });
});
