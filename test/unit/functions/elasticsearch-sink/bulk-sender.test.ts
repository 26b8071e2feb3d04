import { describe, expect, it } from 'vitest';
import { batchOfRecords } from '../../../helpers/records.ts';
import { errorBody, itemsOf, reply, type SentBulk } from './scripted-client.ts';
import { BY_KEY, brief, idsOf, LIMITS, MIB, numbersOf, records, setUp } from './writer-setup.ts';

describe('BulkSender', () => {
  it('splits what is too large (413), learns the size, and blames a record only alone', async () => {
    const { write, client, counts } = setUp((bulk) => (bulk.bytes > 150 ? reply(413) : itemsOf(bulk)));
    const batch = batchOfRecords(
      [0, 1, 2, 3].map((offset) => ({ offset, value: JSON.stringify({ t: 'x'.repeat(offset === 2 ? 200 : 1) }) })),
    );
    expect(brief(await write(batch))).toEqual({
      0: 'written',
      1: 'written',
      2: 'errant ELASTICSEARCH_REQUEST_TOO_LARGE',
      3: 'written',
    });
    expect(counts['split-requests']).toBe(2);
    const before = client.bulks.length;
    await write(records(4));
    expect(client.bulks.length).toBeGreaterThan(before + 1);
    for (const { bytes } of client.bulks.slice(before)) expect(bytes).toBeLessThan(151);
  });

  it('waits under load, and splits only what is large enough to be refused for itself', async () => {
    const full = reply(429, errorBody('es_rejected_execution_exception'));
    const waiting = setUp(full);
    await expect(waiting.write(records(10))).rejects.toMatchObject({ trouble: 'throttled' });
    expect(waiting.client.bulks).toHaveLength(1);
    const large = setUp((bulk) => (bulk.bytes > 1.5 * MIB ? full : itemsOf(bulk)));
    const batch = batchOfRecords(
      [0, 1, 2].map((offset) => ({ offset, value: JSON.stringify({ t: 'x'.repeat(MIB) }) })),
    );
    expect(brief(await large.write(batch))).toEqual({ [-1]: 'all 3 written' });
    expect(large.counts['split-requests']).toBe(2);
  });

  it('finds the operation that a request is refused for, and writes all others', async () => {
    const { write, client } = setUp((bulk) =>
      bulk.operations.some(({ id }) => id === 'orders+0+5')
        ? reply(400, errorBody('action_request_validation_exception'))
        : itemsOf(bulk),
    );
    const outcome = brief(await write(records(8)));
    expect(outcome).toEqual({
      ...Object.fromEntries([0, 1, 2, 3, 4, 6, 7].map((offset) => [offset, 'written'])),
      5: 'errant ELASTICSEARCH_REQUEST_REFUSED',
    });
    expect(client.bulks).toHaveLength(7);
  });

  it('never blames the records of a request whose items are refused for another', async () => {
    const { write } = setUp((bulk) =>
      bulk.operations.some(({ id }) => id === 'orders+0+2')
        ? itemsOf(bulk, () => [400, 'action_request_validation_exception'])
        : itemsOf(bulk),
    );
    expect(brief(await write(records(4)))).toMatchObject({
      0: 'written',
      2: expect.stringMatching(/^errant/),
      3: 'written',
    });
  });

  it('sends what lost a race once more, with all later ones of its document, and then believes the server', async () => {
    const race = [
      400,
      'illegal_argument_exception',
      'mapper [n] cannot be changed from type [long] to [float]',
    ] as const;
    let losses = 1;
    const { write, client, counts } = setUp(
      (bulk) => itemsOf(bulk, ({ document }) => ((document as { n: number }).n === 0 && losses-- > 0 ? race : 200)),
      BY_KEY,
    );
    const batch = batchOfRecords([
      { offset: 0, key: 'a', value: '{"n":0}' },
      { offset: 1, key: 'b', value: '{"n":1}' },
      { offset: 2, key: 'a', value: '{"n":2}' },
    ]);
    expect(brief(await write(batch))).toEqual({ [-1]: 'all 3 written' });
    expect(client.bulks.map(numbersOf)).toEqual([
      [0, 1, 2],
      [0, 2],
    ]);
    expect(counts['mapping-races']).toBe(1);
    losses = 2;
    expect(brief(await write(batch))).toEqual({
      0: 'errant ELASTICSEARCH_DOCUMENT_REFUSED',
      1: 'written',
      2: 'written',
    });
  });

  it('asks alone about what has no item, and stops where it still has none', async () => {
    const skips = (id: string | undefined) => id === 'orders+0+1';
    const { write, client } = setUp((bulk) =>
      itemsOf({ ...bulk, operations: bulk.operations.filter(({ id }) => !(bulk.operations.length > 1 && skips(id))) }),
    );
    expect(brief(await write(records(3)))).toEqual({ [-1]: 'all 3 written' });
    expect(client.bulks.map(idsOf)).toEqual([['orders+0+0', 'orders+0+1', 'orders+0+2'], ['orders+0+1']]);
    const never = setUp((bulk) => itemsOf({ ...bulk, operations: bulk.operations.filter(({ id }) => !skips(id)) }));
    await expect(never.write(records(3))).rejects.toMatchObject({ code: 'ELASTICSEARCH_ITEM_MISSING' });
  });

  it('counts stale versions as written', async () => {
    const { write, counts } = setUp((bulk) => itemsOf(bulk, () => [409, 'version_conflict_engine_exception']), {
      ...BY_KEY,
      'elasticsearch.version': 'record-timestamp',
    });
    expect(brief(await write(records(2, { key: 'a' })))).toEqual({ [-1]: 'all 2 written' });
    expect(counts['stale-versions']).toBe(2);
  });

  it('asks to wait as long as the server asks', async () => {
    let answered = 0;
    const { write } = setUp((bulk) => (answered++ > 0 ? reply(503, '', { 'retry-after': '7' }) : itemsOf(bulk)), {
      'elasticsearch.bulk.size': '1',
      'elasticsearch.max.in.flight.requests': '1',
    });
    const outcome = await write(records(2));
    expect('outcomes' in outcome && outcome.outcomes.find(({ offset }) => offset === 1)).toMatchObject({
      status: 'retry',
      retryAfterMs: 7_000,
    });
  });

  const NOT_EXPLICIT = errorBody('illegal_argument_exception', 'explicit index in bulk is not allowed');

  it.each([1, 2, 5])('blames no record for what the server refuses of all alike: %d', async (count) => {
    const { write } = setUp(() => reply(400, NOT_EXPLICIT));
    await expect(write(records(count))).rejects.toMatchObject({
      code: 'ELASTICSEARCH_REQUEST_REFUSED',
      mayHeal: true,
      message: expect.stringContaining('explicit index in bulk is not allowed'),
    });
  });

  it.each([
    [errorBody('action_request_validation_exception', 'Validation Failed: 1: id is too long'), true],
    [errorBody('illegal_argument_exception', 'Malformed action/metadata line [1], expected START_OBJECT'), true],
    [errorBody('x_content_parse_exception', '[1:15] [update] unknown field [x]'), true],
    [errorBody('json_parse_exception', 'Unexpected character; line: 2, column: 5'), true],
    [errorBody('illegal_argument_exception', 'setting [line1.x] is off'), false],
  ])('blames the only record of a request where the reason names it', async (body, isBlamed) => {
    const { write } = setUp(() => reply(400, body));
    const outcome = await write(records(1)).then(brief, ({ code, mayHeal }) => ({ code, mayHeal }));
    const code = 'ELASTICSEARCH_REQUEST_REFUSED';
    expect(outcome).toEqual(isBlamed ? { 0: `errant ${code}` } : { code, mayHeal: true });
  });

  it('blames no record of items that are all refused alike for their request', async () => {
    const { write } = setUp((bulk) => itemsOf(bulk, () => [400, 'action_request_validation_exception']));
    await expect(write(records(3))).rejects.toMatchObject({ code: 'ELASTICSEARCH_REQUEST_REFUSED', mayHeal: true });
  });

  it('blames records for what the server refuses of them and takes of others, whatever it says', async () => {
    const { write } = setUp((bulk) =>
      bulk.operations.some(({ id }) => id === 'orders+0+1' || id === 'orders+0+2')
        ? reply(400, NOT_EXPLICIT)
        : itemsOf(bulk),
    );
    expect(brief(await write(records(4)))).toEqual({
      0: 'written',
      1: 'errant ELASTICSEARCH_REQUEST_REFUSED',
      2: 'errant ELASTICSEARCH_REQUEST_REFUSED',
      3: 'written',
    });
  });

  it('blames nobody as long as others were not tried', async () => {
    let asked = 0;
    const { write } = setUp(() =>
      ++asked < 3 ? reply(400, errorBody('action_request_validation_exception')) : reply(503, ''),
    );
    await expect(write(records(2))).rejects.toMatchObject({ code: 'ELASTICSEARCH_UNAVAILABLE' });
    expect(asked).toBe(3);
  });

  const foreign = (by: Readonly<Record<string, unknown>>) => (bulk: SentBulk) =>
    reply(200, {
      items: bulk.operations.map(({ id }) => ({ index: { _index: 'orders', _id: id, status: 201, ...by } })),
    });

  it.each(['orders+0+01', 'orders+0+10', 'orders+0+', 'orders+1+1', undefined, 7])(
    'takes no item for its own that names another document: %s',
    async (_id) => {
      const { write } = setUp(foreign({ _id }));
      await expect(write(batchOfRecords([{ offset: 1, value: '{}' }]))).rejects.toMatchObject({
        code: 'ELASTICSEARCH_ITEM_MISSING',
      });
    },
  );

  it('takes no item for its own that names another key', async () => {
    const { write } = setUp(foreign({ _id: 'b' }), BY_KEY);
    await expect(write(records(1, { key: 'ab' }))).rejects.toMatchObject({ code: 'ELASTICSEARCH_ITEM_MISSING' });
  });

  it('takes the name of another index for its own only where the request has one index', async () => {
    const alias = setUp(foreign({ _index: 'orders-000007' }));
    expect(brief(await alias.write(records(3)))).toEqual({ [-1]: 'all 3 written' });
    expect(alias.client.bulks).toHaveLength(1);
    const byHeader = { ...BY_KEY, 'elasticsearch.index': '{header:i}' };
    const batch = batchOfRecords(
      ['a', 'b'].map((name, offset) => ({
        offset,
        key: 'k',
        value: '{}',
        headers: [{ key: 'i', value: Buffer.from(name) }],
      })),
    );
    const swapped = setUp(
      (bulk) =>
        reply(200, {
          items: [
            { index: { _index: 'b', _id: 'k', status: 201 } },
            { index: { _index: 'a', _id: 'k', status: 201, failure_store: 'used' } },
          ].slice(0, bulk.operations.length),
        }),
      byHeader,
    );
    expect(brief(await swapped.write(batch))).toEqual({ 0: 'errant ELASTICSEARCH_IN_FAILURE_STORE', 1: 'written' });
  });

  const pressure = (operation: number, limit: string) =>
    errorBody(
      'es_rejected_execution_exception',
      `rejected execution of coordinating operation [coordinating_and_primary_bytes=9, replica_bytes=0, all_bytes=9, coordinating_operation_bytes=${operation}, ${limit}]`,
    );

  it.each([
    ['a breaker', errorBody('circuit_breaking_exception', '[parent] Data too large'), false],
    ['others under way', pressure(700, 'max_coordinating_bytes=700'), false],
    ['its own size', pressure(701, 'max_coordinating_bytes=700'), true],
    ['its own size, in older words', pressure(701, 'max_coordinating_and_primary_bytes=700'), true],
  ])('makes a record errant under load (429) only when it can never fit: %s', async (_, body, isErrant) => {
    const { write, client } = setUp(() => reply(429, body));
    const heap = { jvm: { mem: { heap_max_in_bytes: 1_000 } } };
    client.answers.set(`GET ${LIMITS}`, reply(200, { nodes: { a: heap } }));
    const outcome = await write(records(1)).then(brief, ({ code, trouble }) => ({ code, trouble }));
    const code = 'ELASTICSEARCH_REQUEST_REJECTED';
    expect(outcome).toEqual(isErrant ? { 0: `errant ${code}` } : { code, trouble: 'throttled' });
  });

  it('splits what can never fit, however small it is', async () => {
    const { write, counts } = setUp((bulk) =>
      bulk.operations.length > 1 ? reply(429, pressure(701, 'max_coordinating_bytes=700')) : itemsOf(bulk),
    );
    expect(brief(await write(records(2)))).toEqual({ [-1]: 'all 2 written' });
    expect(counts['split-requests']).toBe(1);
  });
});
