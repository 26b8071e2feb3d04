/** Write modes, ids and versions against real servers; each batch is written three times, as after two replays from the start. */
import { describe, expect, it } from 'vitest';
import { batchOfRecords, type ShortRecord } from '../../helpers/records.ts';
import { searchServers, useSearch } from '../../helpers/search.ts';
import { brief, outcomesOf, type Settings, writerOf } from './elasticsearch-setup.ts';

const json = (value: unknown) => JSON.stringify(value);

describe.each(searchServers)('the Elasticsearch sink on %s', (server) => {
  const search = useSearch(server);

  /** Writes the records three times and answers the documents, which must not change after the first time. */
  async function replayed(records: readonly ShortRecord[], settings: Settings, index = search.index('orders')) {
    const { writer, counts } = writerOf({ ...search.settings, 'elasticsearch.index': index, ...settings });
    const outcomes = brief(await outcomesOf(writer, batchOfRecords(records)));
    const documents = contentOf(await search.documents(index));
    const again = [];
    for (let time = 0; time < 2; time++) {
      again.push(brief(await outcomesOf(writer, batchOfRecords(records))));
      expect(contentOf(await search.documents(index))).toEqual(documents);
    }
    return { outcomes, again, documents, counts, index };
  }

  it('writes one document a record, under topic, partition and offset', async () => {
    const { outcomes, again, documents } = await replayed(
      [
        { offset: 7, value: json({ n: 1 }) },
        { offset: 9, value: '{"text":"ü","big":1234567890123456789, "d":1.0}' },
        { offset: 10, value: '17' },
      ],
      {},
    );
    expect(outcomes).toEqual(['written', 'written', 'written']);
    expect(again).toEqual([outcomes, outcomes]);
    expect(documents).toEqual({
      'orders+0+7': { n: 1 },
      'orders+0+9': { text: 'ü', big: Number('1234567890123456789'), d: 1 },
      'orders+0+10': { value: 17 },
    });
  });

  it.each([
    ['record-key', {}],
    ['field', { 'elasticsearch.id.field': '/id' }],
    ['template', { 'elasticsearch.id.template': '{key}-{partition}' }],
  ])('has the last record of each id with ids by %s', async (strategy, more) => {
    const { outcomes, documents } = await replayed(
      [
        { offset: 0, key: 'a', value: json({ id: 'a', n: 1 }) },
        { offset: 1, key: 'b', value: json({ id: 'b', n: 2 }) },
        { offset: 2, key: 'a', value: json({ id: 'a', n: 3 }) },
      ],
      { 'elasticsearch.id.strategy': strategy, ...more },
    );
    expect(outcomes).toEqual(['written', 'written', 'written']);
    const suffix = strategy === 'template' ? '-0' : '';
    expect(documents).toEqual({ [`a${suffix}`]: { id: 'a', n: 3 }, [`b${suffix}`]: { id: 'b', n: 2 } });
  });

  it('deletes by tombstones, and finds nothing to delete at a replay', async () => {
    const { outcomes, again, documents } = await replayed(
      [
        { offset: 0, key: 'a', value: json({ n: 1 }) },
        { offset: 1, key: 'b', value: json({ n: 2 }) },
        { offset: 2, key: 'a', value: null },
        { offset: 3, key: 'never-there', value: null },
      ],
      { 'elasticsearch.id.strategy': 'record-key' },
    );
    expect([outcomes, ...again]).toEqual(Array(3).fill(['written', 'written', 'written', 'written']));
    expect(documents).toEqual({ b: { n: 2 } });
  });

  it('creates once: a 409 is written under an id of ours, and errant under another', async () => {
    const own = await replayed([{ offset: 0, value: json({ n: 1 }) }], { 'elasticsearch.write.mode': 'create' });
    expect([own.outcomes, ...own.again]).toEqual(Array(3).fill(['written']));
    const byKey = await replayed([{ offset: 0, key: 'a', value: json({ n: 1 }) }], {
      'elasticsearch.write.mode': 'create',
      'elasticsearch.id.strategy': 'record-key',
    });
    expect(byKey.outcomes).toEqual(['written']);
    expect(byKey.again).toEqual(Array(2).fill(['errant ELASTICSEARCH_DOCUMENT_EXISTS']));
  });

  it('merges under upsert, and updates only what is there', async () => {
    const byKey = { 'elasticsearch.id.strategy': 'record-key' };
    const upserted = await replayed(
      [
        { offset: 0, key: 'a', value: json({ n: 1, first: true }) },
        { offset: 1, key: 'a', value: json({ n: 2 }) },
      ],
      { ...byKey, 'elasticsearch.write.mode': 'upsert' },
    );
    expect(upserted.documents).toEqual({ a: { n: 2, first: true } });
    const updated = await replayed(
      [
        { offset: 2, key: 'a', value: json({ n: 3 }) },
        { offset: 3, key: 'b', value: json({ n: 4 }) },
      ],
      { ...byKey, 'elasticsearch.write.mode': 'update' },
      upserted.index,
    );
    expect(updated.outcomes).toEqual(['written', 'errant ELASTICSEARCH_DOCUMENT_MISSING']);
    expect(updated.documents).toEqual({ a: { n: 3, first: true } });
  });

  it('deletes whatever the value under delete', async () => {
    const index = search.index('orders');
    const byKey = { 'elasticsearch.id.strategy': 'record-key' };
    await replayed([{ offset: 0, key: 'a', value: json({ n: 1 }) }], byKey, index);
    const { documents } = await replayed(
      [{ offset: 1, key: 'a', value: 'anything' }],
      { ...byKey, 'elasticsearch.write.mode': 'delete' },
      index,
    );
    expect(documents).toEqual({});
  });

  it('never lets an older version win, and counts it', async () => {
    const { outcomes, documents, counts } = await replayed(
      [
        { offset: 0, key: 'a', timestamp: 2_000, value: json({ n: 'newer' }) },
        { offset: 1, key: 'a', timestamp: 1_000, value: json({ n: 'older' }) },
        { offset: 2, key: 'b', timestamp: 1_000, value: json({ n: 'b' }) },
        { offset: 3, key: 'b', timestamp: 1_001, value: null },
      ],
      { 'elasticsearch.id.strategy': 'record-key', 'elasticsearch.version': 'record-timestamp' },
    );
    expect(outcomes).toEqual(Array(4).fill('written'));
    expect(documents).toEqual({ a: { n: 'newer' } });
    // At each replay also record 2: the deletion is newer.
    expect(counts['stale-versions']).toBe(1 + 2 * 2);
  });

  it.each([
    ['header:v', '9223372036854775807'],
    ['field:/v', '42'],
  ])('takes versions of %s, as long as they are', async (version, expected) => {
    const index = search.index('orders');
    const settings = { 'elasticsearch.id.strategy': 'record-key', 'elasticsearch.version': version };
    const headers = [{ key: 'v', value: Buffer.from('9223372036854775807') }];
    await replayed([{ offset: 5, key: 'a', value: '{"v":42}', headers }], settings, index);
    const [document] = await search.documents(index);
    expect(document?._version).toBe(Number(expected));
  });

  it('takes offsets as versions with the partitions that were agreed on, and no other', async () => {
    const settings = {
      ...search.settings,
      'elasticsearch.index': search.index('orders'),
      'elasticsearch.id.strategy': 'record-key',
      'elasticsearch.version': 'offset',
      'elasticsearch.version.partitions': '1',
    };
    const { writer, counts } = writerOf(settings);
    await outcomesOf(writer, batchOfRecords([{ offset: 8, key: 'a', value: '{"n":8}' }]));
    expect(brief(await outcomesOf(writer, batchOfRecords([{ offset: 7, key: 'a', value: '{"n":7}' }])))).toEqual([
      'written',
    ]);
    expect(counts['stale-versions']).toBe(1);
    const other = batchOfRecords([{ offset: 7, key: 'a', value: '{"n":7}' }], { partition: 1 });
    await expect(outcomesOf(writer, other)).rejects.toMatchObject({ code: 'ELASTICSEARCH_PARTITIONS_CHANGED' });
  });

  it('makes a second document at a replay where the server makes the ids', async () => {
    const index = search.index('orders');
    const { writer } = writerOf({
      ...search.settings,
      'elasticsearch.index': index,
      'elasticsearch.id.strategy': 'server',
    });
    const batch = batchOfRecords([{ offset: 0, value: '{"n":1}' }]);
    for (let time = 0; time < 2; time++) expect(brief(await outcomesOf(writer, batch))).toEqual(['written']);
    expect(await search.count(index)).toBe(2);
  });

  it('sends what the mapping refuses to the error topic, with the reason of the server, and writes the rest', async () => {
    const index = search.index('orders');
    await search.request('PUT', `/${index}`, { mappings: { properties: { n: { type: 'long' } } } });
    const { writer } = writerOf({ ...search.settings, 'elasticsearch.index': index });
    const outcomes = await outcomesOf(
      writer,
      batchOfRecords([
        { offset: 0, value: '{"n":1}' },
        { offset: 1, value: '{"n":"no number"}' },
        { offset: 2, value: '{"n":' },
        { offset: 3, value: '{"n":3}' },
      ]),
    );
    expect(brief(outcomes)).toEqual([
      'written',
      'errant ELASTICSEARCH_DOCUMENT_REFUSED',
      'errant VALUE_NOT_JSON',
      'written',
    ]);
    expect(outcomes[1]?.message).toMatch(/field \[n\] of type \[long\]/);
    expect(await search.count(index)).toBe(2);
  });
});

function contentOf(documents: readonly { readonly _id: string; readonly _source: unknown }[]): object {
  return Object.fromEntries(documents.map(({ _id, _source }) => [_id, _source]));
}
