/** A connector whose index is missing at the start, beside one that has all it needs. */
import { describe, expect, it } from 'vitest';
import { uniqueName } from '../../helpers/kafka.ts';
import { recordOf, startRig } from '../../helpers/pipeline.ts';
import { searchServers, useSearch } from '../../helpers/search.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { watchedRun } from '../../helpers/watched-run.ts';

const RECORDS = 20;

describe.each(searchServers)('a refusal at the start on %s', (server) => {
  const search = useSearch(server);

  async function setUp() {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    await rig.produce(
      topic,
      0,
      Array.from({ length: RECORDS }, (_, i) => recordOf(`k${i}`, `{"n":${i}}`)),
    );
    const missing = search.index('missing');
    const there = search.index('there');
    const fileTo = (index: string, create: string) =>
      rig.connectorFile(uniqueName('es'), {
        'connector.class': 'elasticsearch-sink',
        topics: topic,
        'linger.ms': '50',
        ...search.settings,
        'elasticsearch.index': index,
        'elasticsearch.index.create': create,
      });
    return { rig, missing, there, files: [await fileTo(missing, 'never'), await fileTo(there, 'server')] };
  }
  const written = async (index: string) => (await search.count(index).catch(() => 0)) === RECORDS;

  it.each(['1', '2'])(
    'keeps no other connector from its work, and is over when its cause is (%s threads)',
    async (threads) => {
      const { rig, missing, there, files } = await setUp();
      const run = await watchedRun(rig, files, { SPILLWAY_WORKER_THREADS: threads });
      await waitFor(() => written(there), { what: 'what the other one writes', timeoutMs: 60_000 });
      const restarts = () => run.metric('spillway_task_restarts_total', 'reason="ELASTICSEARCH_INDEX_MISSING"');
      await waitFor(async () => (await restarts()) >= 2, { what: 'a second try', timeoutMs: 60_000 });
      expect(await run.health()).toContain('to start it again: ');
      await search.request('PUT', `/${missing}`);
      await waitFor(() => written(missing), { what: 'what waited', timeoutMs: 100_000 });
      // Two connectors of two tasks each.
      const running = async () => (await run.metric('spillway_task_state')) === 8;
      await waitFor(running, { what: 'the last task', timeoutMs: 60_000 });
      const { code, stdout } = await run.stop();
      expect(JSON.parse(stdout).reasons).toEqual([]);
      expect(code).toBe(0);
    },
  );

  it('fails a run that ends when it caught up, which does all the same what it can', async () => {
    const { rig, missing, there, files } = await setUp();
    const { code, stdout } = await rig.spawnCli(['run', '--json', '--until-caught-up', ...files]).result;
    expect(code).toBe(1);
    expect(JSON.parse(stdout).reasons).toEqual([expect.stringContaining('ELASTICSEARCH_INDEX_MISSING')]);
    expect(await search.count(there)).toBe(RECORDS);
    expect((await search.request('GET', `/${missing}`)).status).toBe(404);
  });
});
