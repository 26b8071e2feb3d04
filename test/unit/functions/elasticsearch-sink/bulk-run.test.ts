import { describe, expect, it } from 'vitest';
import { FatalError } from '../../../../shared/errors.ts';
import { settle } from '../../../helpers/manual-clock.ts';
import { batchOfRecords } from '../../../helpers/records.ts';
import { errorBody, itemsOf, noAnswer, reply } from './scripted-client.ts';
import { BY_KEY, brief, idsOf, LIMITS, MIB, numbersOf, records, setUp } from './writer-setup.ts';

describe('BulkRun', () => {
  it('retries single items, and with them all later ones of their documents', async () => {
    const { write } = setUp(
      (bulk) =>
        itemsOf(bulk, ({ document }) =>
          (document as { n: number }).n === 0 ? [429, 'es_rejected_execution_exception'] : 201,
        ),
      BY_KEY,
    );
    const batch = batchOfRecords([
      { offset: 0, key: 'a', value: '{"n":0}' },
      { offset: 1, key: 'b', value: '{"n":1}' },
      { offset: 2, key: 'a', value: '{"n":2}' },
    ]);
    expect(brief(await write(batch))).toEqual({
      0: 'retry ELASTICSEARCH_THROTTLED',
      1: 'written',
      2: 'retry ELASTICSEARCH_THROTTLED',
    });
  });

  it('does not send a later operation on a document of which an earlier one must be sent again', async () => {
    const { write, client } = setUp(
      (bulk) =>
        itemsOf(bulk, ({ document }) =>
          (document as { n: number }).n === 0 ? [503, 'unavailable_shards_exception'] : 201,
        ),
      { ...BY_KEY, 'elasticsearch.bulk.size': '1' },
    );
    const batch = batchOfRecords([0, 1, 2].map((n) => ({ offset: n, key: n === 1 ? 'b' : 'a', value: `{"n":${n}}` })));
    const outcome = brief(await write(batch));
    expect(client.bulks.map(numbersOf)).toEqual([[0], [1]]);
    expect(Object.keys(outcome).filter((offset) => outcome[Number(offset)]?.startsWith('retry'))).toEqual(['0', '2']);
  });

  it('has no two requests under way that hold one document, over all batches', async () => {
    const answers: (() => void)[] = [];
    const { write, client } = setUp(
      (bulk) => new Promise((resolve) => answers.push(() => resolve(itemsOf(bulk)))),
      BY_KEY,
    );
    const first = write(batchOfRecords([{ offset: 0, key: 'a', value: '{"n":0}' }]));
    await settle();
    const second = write(
      batchOfRecords([
        { offset: 0, key: 'b', value: '{"n":1}' },
        { offset: 1, key: 'a', value: '{"n":2}' },
      ]),
    );
    await settle();
    expect(client.bulks.map(numbersOf)).toEqual([[0], [1]]);
    answers[1]?.();
    await settle();
    expect(client.bulks).toHaveLength(2);
    answers[0]?.();
    await settle();
    expect(client.bulks.map(numbersOf)).toEqual([[0], [1], [2]]);
    answers[2]?.();
    expect(brief(await first)).toEqual({ [-1]: 'all 1 written' });
    expect(brief(await second)).toEqual({ [-1]: 'all 2 written' });
  });

  it('has as many requests under way as it may, over all batches, and no more', async () => {
    const answers: (() => void)[] = [];
    const { write, client } = setUp((bulk) => new Promise((resolve) => answers.push(() => resolve(itemsOf(bulk)))), {
      'elasticsearch.bulk.size': '1',
      'elasticsearch.max.in.flight.requests': '3',
    });
    const writes = [write(records(4)), write(records(4))];
    await settle();
    for (let sent = 3; sent < 8; sent++) {
      expect(client.bulks).toHaveLength(sent);
      answers[sent - 3]?.();
      await settle();
    }
    for (const answer of answers) answer();
    for (const outcome of await Promise.all(writes)) expect(brief(outcome)).toEqual({ [-1]: 'all 4 written' });
  });

  it('cuts requests by what the server takes', async () => {
    const limited = setUp();
    const node = { http: { max_content_length_in_bytes: 1_000 }, jvm: { mem: { heap_max_in_bytes: 1_000 * MIB } } };
    limited.client.answers.set(`GET ${LIMITS}`, reply(200, { nodes: { a: node } }));
    await limited.write(records(30));
    for (const { bytes } of limited.client.bulks) expect(bytes).toBeLessThan(901);
    const small = setUp();
    const heap = { jvm: { mem: { heap_max_in_bytes: 40_000 } } };
    small.client.answers.set(`GET ${LIMITS}`, reply(200, { nodes: { a: node, b: heap } }));
    await small.write(records(30));
    expect(small.client.bulks.length).toBeGreaterThan(1);
  });

  it('waits for no room when it is told to stop', async () => {
    const { write, client, abort } = setUp(() => new Promise(() => undefined), {
      'elasticsearch.max.in.flight.requests': '1',
    });
    void write(records(1));
    await settle();
    const second = write(records(1));
    await settle();
    abort.abort();
    await expect(second).rejects.toMatchObject({ code: 'DEADLINE_NEAR' });
    expect(client.bulks).toHaveLength(1);
  });

  it('throws what no retry helps against when nothing is under way any more', async () => {
    const answers: (() => void)[] = [];
    const { write } = setUp(
      (bulk) =>
        new Promise((resolve) =>
          answers.push(() =>
            resolve(idsOf(bulk)[0] === 'orders+0+0' ? reply(403, errorBody('security_exception')) : itemsOf(bulk)),
          ),
        ),
      { 'elasticsearch.bulk.size': '1' },
    );
    let failure: unknown;
    void write(records(2)).catch((thrown: unknown) => {
      failure = thrown;
    });
    await settle();
    answers[0]?.();
    await settle();
    expect(failure).toBeUndefined();
    answers[1]?.();
    await settle();
    expect(failure).toBeInstanceOf(FatalError);
  });

  it('gives a body back when the server has all of it, and not while a connection may still read it', async () => {
    const large = () => batchOfRecords([{ offset: 0, value: JSON.stringify({ t: 'x'.repeat(600_000) }) }]);
    const done = setUp();
    await done.write(large());
    expect(done.buffers.freeBytes).toBeGreaterThan(600_000);
    const lost = setUp(noAnswer('ECONNRESET'));
    await expect(lost.write(large())).rejects.toThrow();
    expect(lost.buffers.freeBytes).toBe(0);
  });

  it('ends a wait for the document of another batch at its time, although the clock was set back meanwhile', async () => {
    const { write, clock, client } = setUp(() => new Promise(() => undefined), BY_KEY);
    void write(batchOfRecords([{ offset: 0, key: 'a', value: '{"n":0}' }]), 3_600_000);
    await settle();
    let failure: unknown;
    write(batchOfRecords([{ offset: 1, key: 'a', value: '{"n":1}' }]), 10_000).catch((thrown: unknown) => {
      failure = thrown;
    });
    await settle();
    clock.setBack(5_000);
    await clock.advance(10_001);
    expect(failure).toMatchObject({ code: 'DEADLINE_NEAR' });
    expect(client.bulks).toHaveLength(1);
  });

  it('begins no request after the time of a batch is over, although its clock says otherwise', async () => {
    const { write, clock, client } = setUp(
      async (bulk) => {
        clock.setBack(30_000);
        await clock.advance(60_001);
        return itemsOf(bulk);
      },
      { 'elasticsearch.bulk.size': '1', 'elasticsearch.max.in.flight.requests': '1' },
    );
    expect(brief(await write(records(2)))).toEqual({ 0: 'written', 1: 'retry DEADLINE_NEAR' });
    expect(client.bulks).toHaveLength(1);
  });

  const inOrder = (): [ReturnType<typeof batchOfRecords>, ReturnType<typeof batchOfRecords>] => [
    batchOfRecords([0, 1].map((n) => ({ offset: n, key: 'a', value: `{"n":${n}}` }))),
    batchOfRecords([
      { offset: 0, key: 'a', value: '{"n":0}' },
      { offset: 1, key: 'a', value: null },
    ]),
  ];

  it.each([
    ['a full queue', [429, 'es_rejected_execution_exception'] as const],
    ['a lost race', [400, 'illegal_argument_exception', 'mapper [n] cannot be changed'] as const],
  ])('creates the first document of an id, and no later one, after %s', async (_, refusal) => {
    const [batch] = inOrder();
    const store = new Map<string | undefined, unknown>();
    let refusals = 1;
    const { write } = setUp(
      (bulk) =>
        itemsOf(bulk, ({ id, document }) => {
          if (refusals-- > 0) return refusal;
          if (store.has(id)) return [409, 'version_conflict_engine_exception'];
          store.set(id, document);
          return 201;
        }),
      { ...BY_KEY, 'elasticsearch.write.mode': 'create' },
    );
    const outcome = await write(batch).catch(() => write(batch));
    expect(brief(outcome)).toEqual({ 0: 'written', 1: 'errant ELASTICSEARCH_DOCUMENT_EXISTS' });
    expect([...store.values()]).toEqual([{ n: 0 }]);
  });

  it('deletes after an update that is sent again, and not before', async () => {
    const [, batch] = inOrder();
    const store = new Set(['a']);
    let refusals = 1;
    const { write } = setUp(
      (bulk) =>
        itemsOf(bulk, ({ action, id = '' }) => {
          if (refusals-- > 0) return [429, 'es_rejected_execution_exception'];
          if (action === 'delete') return store.delete(id) ? 200 : 404;
          return store.has(id) ? 200 : [404, 'document_missing_exception'];
        }),
      { ...BY_KEY, 'elasticsearch.write.mode': 'update' },
    );
    await expect(write(batch)).rejects.toMatchObject({ code: 'ELASTICSEARCH_THROTTLED' });
    expect([...store]).toEqual(['a']);
    expect(brief(await write(batch))).toEqual({ [-1]: 'all 2 written' });
  });

  it.each([
    ['index', [2]],
    ['create', [1, 1]],
    ['update', [1, 1]],
    ['upsert', [2]],
  ])('has operations of one id in one request only where a repeat leaves no trace: %s', async (mode, sizes) => {
    for (const batch of inOrder()) {
      const { write, client } = setUp((bulk) => itemsOf(bulk, () => 200), {
        ...BY_KEY,
        'elasticsearch.write.mode': mode,
      });
      expect(brief(await write(batch))).toEqual({ [-1]: 'all 2 written' });
      expect(client.bulks.map(({ operations }) => operations.length)).toEqual(sizes);
    }
  });

  const MADE = { 'elasticsearch.index.create': 'sink', 'elasticsearch.index': '{header:i}' };
  const into = (names: string) =>
    batchOfRecords(
      [...names].map((name, offset) => ({
        offset,
        key: name,
        value: `{"n":${offset}}`,
        headers: [{ key: 'i', value: Buffer.from(name) }],
      })),
    );

  it('sends records of an index that cannot be made now again, and writes all others', async () => {
    const { write, client } = setUp(itemsOf, { ...BY_KEY, ...MADE });
    for (const name of 'ac') client.answers.set(`PUT /${name}`, reply(200, {}));
    client.answers.set('PUT /b', reply(503, errorBody('cluster_block_exception')));
    expect(brief(await write(into('abcab')))).toEqual({
      0: 'written',
      1: 'retry ELASTICSEARCH_UNAVAILABLE',
      2: 'written',
      3: 'written',
      4: 'retry ELASTICSEARCH_UNAVAILABLE',
    });
    expect(client.asked.filter((path) => path === 'PUT /b')).toHaveLength(1);
  });

  it('fails for an index that nobody can make when nothing is under way any more', async () => {
    let answer = () => undefined as unknown;
    const { write, client } = setUp((bulk) => new Promise((resolve) => (answer = () => resolve(itemsOf(bulk)))), {
      ...MADE,
      'elasticsearch.bulk.size': '1',
    });
    client.answers.set('PUT /a', reply(200, {}));
    client.answers.set('PUT /b', reply(400, errorBody('settings_exception')));
    let failure: unknown;
    void write(into('ab')).catch((thrown: unknown) => {
      failure = thrown;
    });
    await settle();
    expect(failure).toBeUndefined();
    answer();
    await settle();
    expect(failure).toMatchObject({ code: 'ELASTICSEARCH_INDEX_REFUSED' });
  });
});
