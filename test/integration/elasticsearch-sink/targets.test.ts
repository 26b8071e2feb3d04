/** Indices, aliases and data streams: there, missing, and something else than was said. */
import { describe, expect, it } from 'vitest';
import { probeElasticsearch } from '../../../functions/elasticsearch-sink/handler.ts';
import { systemClock } from '../../../shared/clock.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { batchOfRecords } from '../../helpers/records.ts';
import { searchHas, searchServers, useSearch } from '../../helpers/search.ts';
import { brief, configOf, outcomesOf, type Settings, soon, writerOf } from './elasticsearch-setup.ts';

const ONE = batchOfRecords([{ offset: 0, value: '{"n":1}' }]);
const TOPICS = [{ name: 'orders', partitions: 1 }];

describe.each(searchServers)('targets of the Elasticsearch sink on %s', (server) => {
  const search = useSearch(server);

  const writerTo = (index: string, settings: Settings = {}) =>
    writerOf({ ...search.settings, 'elasticsearch.index': index, ...settings }).writer;

  async function stateOf(index: string) {
    const { body } = await search.request('GET', `/${index}`);
    return Object.values(body as Record<string, { settings: { index: object }; mappings: object }>)[0];
  }

  it('leaves a missing index to the server', async () => {
    const index = search.index('orders');
    const writer = writerTo(index, { 'elasticsearch.index.create': 'server' });
    await writer.open?.(TOPICS, soon());
    expect((await search.request('GET', `/${index}`)).status).toBe(404);
    expect(brief(await outcomesOf(writer, ONE))).toEqual(['written']);
    expect(await search.count(index)).toBe(1);
  });

  const created = {
    'elasticsearch.index.create': 'sink',
    'elasticsearch.index.settings': '{"number_of_shards":2,"number_of_replicas":0}',
    'elasticsearch.index.mappings': '{"properties":{"n":{"type":"keyword"}}}',
  };

  it('creates a missing index at the start, as it was asked to, and leaves one that is there alone', async () => {
    const index = search.index('orders');
    for (let time = 0; time < 2; time++) await writerTo(index, created).open?.(TOPICS, soon());
    expect(await stateOf(index)).toMatchObject({
      settings: { index: { number_of_shards: '2' } },
      mappings: { properties: { n: { type: 'keyword' } } },
    });
    expect(brief(await outcomesOf(writerTo(index, created), ONE))).toEqual(['written']);
  });

  it('creates the indices of a template when their first document comes', async () => {
    const prefix = search.index('orders');
    const writer = writerTo(`${prefix}-{value:/n}`, created);
    await writer.open?.(TOPICS, soon());
    const batch = batchOfRecords([
      { offset: 0, value: '{"n":1}' },
      { offset: 1, value: '{"n":2}' },
      { offset: 2, value: '{"n":"A"}' },
    ]);
    expect(brief(await outcomesOf(writer, batch))).toEqual([
      'written',
      'written',
      'errant ELASTICSEARCH_BAD_INDEX_NAME',
    ]);
    for (const name of ['1', '2']) {
      expect(await stateOf(`${prefix}-${name}`)).toMatchObject({
        mappings: { properties: { n: { type: 'keyword' } } },
      });
    }
  });

  it('says what is wrong with settings that the server refuses', async () => {
    const writer = writerTo(search.index('orders'), { ...created, 'elasticsearch.index.settings': '{"no_such":1}' });
    await expect(writer.open?.(TOPICS, soon())).rejects.toMatchObject({
      code: 'ELASTICSEARCH_INDEX_REFUSED',
      message: expect.stringContaining('no_such'),
      mayHeal: false,
    });
  });

  it('does not start without an index that nobody may create, and starts when it is there', async () => {
    const index = search.index('orders');
    const writer = writerTo(index, { 'elasticsearch.index.create': 'never' });
    const missing = { code: 'ELASTICSEARCH_INDEX_MISSING', mayHeal: true };
    await expect(writer.open?.(TOPICS, soon())).rejects.toMatchObject(missing);
    await expect(outcomesOf(writer, ONE)).rejects.toMatchObject(missing);
    expect((await search.request('GET', `/${index}`)).status).toBe(404);
    await search.request('PUT', `/${index}`);
    await writer.open?.(TOPICS, soon());
    expect(brief(await outcomesOf(writer, ONE))).toEqual(['written']);
  });

  it('writes through an alias, and creates nothing where it is missing', async () => {
    const index = search.index('orders');
    const alias = `${index}-alias`;
    const settings = { 'elasticsearch.target.type': 'alias' };
    await expect(writerTo(alias, settings).open?.(TOPICS, soon())).rejects.toMatchObject({
      code: 'ELASTICSEARCH_INDEX_MISSING',
    });
    await expect(outcomesOf(writerTo(alias, settings), ONE)).rejects.toMatchObject({
      code: 'ELASTICSEARCH_INDEX_MISSING',
    });
    await search.request('PUT', `/${index}-1`, { aliases: { [alias]: { is_write_index: true } } });
    const writer = writerTo(alias, settings);
    await writer.open?.(TOPICS, soon());
    expect(brief(await outcomesOf(writer, ONE))).toEqual(['written']);
    expect(await search.count(`${index}-1`)).toBe(1);
    await expect(writerTo(`${index}-1`, settings).open?.(TOPICS, soon())).rejects.toMatchObject({
      code: 'ELASTICSEARCH_TARGET_DIFFERS',
    });
  });

  describe.skipIf(!searchHas(server, 'data-streams'))('data streams', () => {
    const settings = { 'elasticsearch.target.type': 'data-stream' };

    it('does not start where no template makes one', async () => {
      await expect(writerTo(search.index('logs'), settings).open?.(TOPICS, soon())).rejects.toMatchObject({
        code: 'ELASTICSEARCH_INDEX_MISSING',
        message: expect.stringContaining('data_stream'),
      });
    });

    it.each(['', '-{value:/n}'])(
      'makes no index in its place, also where nobody looked at the start (%s)',
      async (rest) => {
        const name = search.index('logs');
        const writer = writerTo(`${name}${rest}`, settings);
        await expect(outcomesOf(writer, ONE)).rejects.toMatchObject({ code: 'ELASTICSEARCH_INDEX_MISSING' });
        const { body } = await search.request('GET', `/${name}*`);
        expect(body).toEqual({});
      },
    );

    it('is found untemplated by a probe without topics, and then missing when there is a template', async () => {
      const name = search.index('logs');
      const config = configOf({ ...search.settings, 'elasticsearch.index': name, ...settings });
      const probe = async () => {
        const deps = { clock: systemClock, secrets: secretResolver({}, () => '') };
        return (await probeElasticsearch(config, [], deps, AbortSignal.timeout(30_000))).targets;
      };
      expect(await probe()).toEqual([{ name, found: { ok: true, value: 'untemplated' } }]);
      const template = { index_patterns: [`${name}*`], data_stream: {}, priority: 500 };
      await search.request('PUT', `/_index_template/${name}`, template);
      expect(await probe()).toEqual([{ name, found: { ok: true, value: 'missing' } }]);
    });

    it('creates documents with a time, once each', async () => {
      const name = search.index('logs');
      const template = { index_patterns: [`${name}*`], data_stream: {}, priority: 500 };
      expect((await search.request('PUT', `/_index_template/${name}`, template)).status).toBe(200);
      const writer = writerTo(name, settings);
      await writer.open?.(TOPICS, soon());
      const batch = batchOfRecords([{ offset: 0, timestamp: 1_700_000_000_000, value: '{"m":1,"@timestamp":"mine"}' }]);
      for (let time = 0; time < 3; time++) expect(brief(await outcomesOf(writer, batch))).toEqual(['written']);
      expect(await search.documents(name)).toMatchObject([
        { _id: 'orders+0+0', _source: { m: 1, '@timestamp': '2023-11-14T22:13:20.000Z' } },
      ]);
      await writerTo(name, settings).open?.(TOPICS, soon());
      await expect(writerTo(name).open?.(TOPICS, soon())).rejects.toMatchObject({
        code: 'ELASTICSEARCH_TARGET_DIFFERS',
        message: expect.stringContaining('elasticsearch.target.type'),
      });
    });
  });
});
