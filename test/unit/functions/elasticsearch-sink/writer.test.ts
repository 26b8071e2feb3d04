import { describe, expect, it } from 'vitest';
import { RetriableError } from '../../../../shared/errors.ts';
import { batchOfRecords } from '../../../helpers/records.ts';
import { errorBody, itemsOf, noAnswer, reply } from './scripted-client.ts';
import { BY_KEY, brief, idsOf, records, setUp } from './writer-setup.ts';

describe('ElasticsearchWriter', () => {
  it('answers that all is written when every item says so, in whatever order they come', async () => {
    const { write, client } = setUp((bulk) => {
      const answer = itemsOf(bulk);
      if (answer.kind === 'reply') (answer.body as { items: unknown[] }).items.reverse();
      return answer;
    });
    expect(brief(await write(records(3)))).toEqual({ [-1]: 'all 3 written' });
    expect(client.bulks.map(idsOf)).toEqual([['orders+0+0', 'orders+0+1', 'orders+0+2']]);
  });

  it('looks at the server once, and anew after what is fatal', async () => {
    let fails = false;
    const { write, client } = setUp((bulk) => (fails ? reply(401, errorBody('security_exception')) : itemsOf(bulk)));
    await write(records(1));
    await write(records(1));
    expect(client.asked.filter((path) => path === 'GET /')).toHaveLength(1);
    fails = true;
    await expect(write(records(1))).rejects.toMatchObject({ code: 'ELASTICSEARCH_CREDENTIALS_REFUSED', mayHeal: true });
    fails = false;
    await write(records(1));
    expect(client.asked.filter((path) => path === 'GET /')).toHaveLength(2);
  });

  const STREAM = { 'elasticsearch.target.type': 'data-stream', 'elasticsearch.write.mode': 'create' };
  const away = noAnswer('ECONNREFUSED', false);

  it.each(['orders', 'orders-{value:/n}'])(
    'sends nothing to a data stream that no template makes, although the server was away at the start: %s',
    async (index) => {
      const { writer, write, client, context } = setUp(itemsOf, { ...STREAM, 'elasticsearch.index': index });
      const name = index === 'orders' ? 'orders' : 'orders-0';
      client.answers.set('GET /', away);
      await expect(writer.open([{ name: 'orders', partitions: 1 }], context())).rejects.toThrow(RetriableError);
      await expect(write(records(1))).rejects.toThrow(RetriableError);
      client.answers.delete('GET /');
      client.answers.set('GET /_index_template', reply(200, { index_templates: [] }));
      const missing = { code: 'ELASTICSEARCH_INDEX_MISSING', mayHeal: true };
      for (let time = 0; time < 2; time++) await expect(write(records(1))).rejects.toMatchObject(missing);
      expect(client.bulks).toEqual([]);
      const template = { index_patterns: ['orders*'], data_stream: {} };
      client.answers.set('GET /_index_template', reply(200, { index_templates: [{ index_template: template }] }));
      for (let time = 0; time < 2; time++) expect(brief(await write(records(1)))).toEqual({ [-1]: 'all 1 written' });
      expect(client.asked.filter((path) => path === `GET /_resolve/index/${name}`)).toHaveLength(3);
    },
  );

  it('looks at a name that follows from the topic when the start did not, once, and at none that follows from records', async () => {
    const looks = (asked: readonly string[]) => asked.filter((path) => path.startsWith('GET /_resolve/'));
    const byTopic = setUp(itemsOf, { 'elasticsearch.index': 'all-{topic}' });
    for (let time = 0; time < 2; time++) await byTopic.write(records(2));
    expect(looks(byTopic.client.asked)).toEqual(['GET /_resolve/index/all-orders']);
    const byValue = setUp(itemsOf, { 'elasticsearch.index': 'all-{value:/n}' });
    await byValue.write(records(2));
    expect(looks(byValue.client.asked)).toEqual([]);
  });

  it('refuses what the start would have refused', async () => {
    const { write, client } = setUp(itemsOf, { 'elasticsearch.write.mode': 'create' });
    client.answers.set('GET /_resolve/index/orders', reply(200, { data_streams: [{ name: 'orders' }] }));
    await expect(write(records(1))).rejects.toMatchObject({ code: 'ELASTICSEARCH_TARGET_DIFFERS' });
    expect(client.bulks).toEqual([]);
  });

  it('looks at a constant name without any topic', async () => {
    const { writer, client, context } = setUp();
    await writer.open([], context());
    expect(client.asked).toContain('GET /_resolve/index/orders');
  });

  it('sends nothing for records that have no document, and says why', async () => {
    const { write, client } = setUp();
    const batch = batchOfRecords([
      { offset: 0, value: '{' },
      { offset: 1, value: '{"n":1}' },
      { offset: 2, value: null },
    ]);
    expect(brief(await write(batch))).toEqual({
      0: 'errant VALUE_NOT_JSON',
      1: 'written',
      2: 'errant NULL_VALUE',
    });
    expect(client.bulks.map(idsOf)).toEqual([['orders+0+1']]);
    await write(batchOfRecords([{ offset: 0, value: '{' }]));
    expect(client.bulks).toHaveLength(1);
  });

  it('fails the whole batch where nothing could be written, and stops at once', async () => {
    const { write, client } = setUp(noAnswer('ECONNRESET'), {
      'elasticsearch.bulk.size': '1',
      'elasticsearch.max.in.flight.requests': '1',
    });
    const failure = await write(records(5)).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(RetriableError);
    expect(failure).toMatchObject({ code: 'ELASTICSEARCH_UNREACHABLE', trouble: 'unreachable' });
    expect(client.bulks).toHaveLength(1);
  });

  it('begins no request when the time is nearly over', async () => {
    const { write, client, clock } = setUp(
      async (bulk) => {
        await clock.advance(59_700);
        return itemsOf(bulk);
      },
      { 'elasticsearch.bulk.size': '1', 'elasticsearch.max.in.flight.requests': '1' },
    );
    expect(brief(await write(records(3)))).toEqual({
      0: 'written',
      1: 'retry DEADLINE_NEAR',
      2: 'retry DEADLINE_NEAR',
    });
    expect(client.bulks).toHaveLength(1);
  });

  it('does not start with another number of partitions than offsets as versions need', async () => {
    const { writer, context } = setUp(itemsOf, {
      ...BY_KEY,
      'elasticsearch.version': 'offset',
      'elasticsearch.version.partitions': '4',
    });
    await writer.open([{ name: 'orders', partitions: 4 }], context());
    await expect(writer.open([{ name: 'orders', partitions: 5 }], context())).rejects.toMatchObject({
      code: 'ELASTICSEARCH_PARTITIONS_CHANGED',
    });
  });

  it('closes its client', async () => {
    const { writer, client } = setUp();
    await writer.close();
    expect(client.isClosed).toBe(true);
  });

  it('begins the first request of a batch however little time is left, and no second one', async () => {
    const { write, client } = setUp(itemsOf, {
      'elasticsearch.bulk.size': '1',
      'elasticsearch.max.in.flight.requests': '1',
    });
    expect(brief(await write(records(2), 499))).toEqual({ 0: 'written', 1: 'retry DEADLINE_NEAR' });
    expect(client.bulks).toHaveLength(1);
    await expect(write(records(2), 0)).rejects.toMatchObject({ code: 'DEADLINE_NEAR' });
    expect(client.bulks).toHaveLength(1);
  });
});
