/** A topic into an index by the command line: run, replay, what is refused at the start, preview and doctor. */
import { describe, expect, it } from 'vitest';
import { uniqueName } from '../../helpers/kafka.ts';
import { type Rig, readTopic, recordOf, startRig } from '../../helpers/pipeline.ts';
import { searchServers, useSearch } from '../../helpers/search.ts';

describe.each(searchServers)('spillway with the Elasticsearch sink on %s', (server) => {
  const search = useSearch(server);

  /** A topic of two partitions, one record in ten of which is no document, and connectors that read it. */
  async function setUp() {
    const rig = await startRig();
    const topic = await rig.createTopic(2);
    const index = search.index('orders');
    await search.request('PUT', `/${index}`, { mappings: { properties: { n: { type: 'long' } } } });
    for (const partition of [0, 1]) {
      const records = Array.from({ length: 500 }, (_, i) =>
        recordOf(`key-${i}`, JSON.stringify({ n: i % 10 === 9 ? 'bad' : i, partition })),
      );
      await rig.produce(topic, partition, records);
    }
    const file = (extra: Readonly<Record<string, string>> = {}) =>
      rig.connectorFile(uniqueName('es'), {
        'connector.class': 'elasticsearch-sink',
        topics: topic,
        ...search.settings,
        'elasticsearch.index': index,
        ...extra,
      });
    return { rig, topic, index, file };
  }
  const run = (rig: Rig, file: string, env = {}) => rig.spawnCli(['run', '--until-caught-up', file], env).result;

  it.each(['1', '2'])(
    'writes every record once, refused ones to the error topic, whoever replays it (%s threads)',
    async (threads) => {
      const { rig, index, file } = await setUp();
      const name = uniqueName('errors');
      const errors = { 'runtime.error.topic.name': name };
      const first = await run(rig, await file(errors), { SPILLWAY_WORKER_THREADS: threads });
      expect(first.code, first.stderr).toBe(0);
      const documents = await search.documents(index);
      expect(documents).toHaveLength(900);
      const [refused] = await readTopic(rig.bootstrapServers, name, 100);
      expect(refused?.headers['__connect.errors.exception.message']).toMatch(/field \[n\] of type \[long\]/);
      // Another group: from the start.
      expect((await run(rig, await file(errors))).code).toBe(0);
      const again = await search.documents(index);
      expect(again.map(({ _id, _source }) => [_id, _source])).toEqual(
        documents.map(({ _id, _source }) => [_id, _source]),
      );
    },
  );

  it('does not start where it may not create the index, or with another number of partitions than agreed', async () => {
    const { rig, file } = await setUp();
    const missing = { 'elasticsearch.index': search.index('missing'), 'elasticsearch.index.create': 'never' };
    expect(await run(rig, await file(missing))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('elasticsearch.index.create=never'),
    });
    const versioned = {
      'elasticsearch.id.strategy': 'record-key',
      'elasticsearch.version': 'offset',
      'elasticsearch.version.partitions': '3',
    };
    expect(await run(rig, await file(versioned))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('elasticsearch.version.partitions is 3'),
    });
  });

  it('shows the request in a preview, and what it finds in doctor', async () => {
    const { rig, topic, index, file } = await setUp();
    const path = await file();
    const preview = await rig.spawnCli(['preview', path, '-n', '2', '--json']).result;
    expect(preview.code, preview.stderr).toBe(0);
    const { batches } = JSON.parse(preview.stdout) as {
      batches: { requests: { url: string; body: { head: string } }[] }[];
    };
    const requests = batches.flatMap((batch) => batch.requests);
    expect(requests[0]?.url).toContain('/_bulk');
    expect(requests[0]?.body.head).toContain(`{"index":{"_index":"${index}","_id":"${topic}+`);
    expect(await search.count(index)).toBe(0);
    const doctor = await rig.spawnCli(['doctor', '--json', path]).result;
    const findings = JSON.parse(doctor.stdout) as { code: string; message: string }[];
    const messages = Object.fromEntries(findings.map(({ code, message }) => [code, message]));
    expect(messages['elasticsearch-server']).toContain(search.version);
    expect(messages['elasticsearch-target']).toContain(`${index} is there`);
  });
});
