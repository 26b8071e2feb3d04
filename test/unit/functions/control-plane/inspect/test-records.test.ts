import { describe, expect, it } from 'vitest';
import type { ConnectorStatusInfo } from '../../../../../functions/control-plane/connect-shapes.ts';
import { TestRecords } from '../../../../../functions/control-plane/inspect/test-records.ts';
import { Refused } from '../../../../../functions/control-plane/refused.ts';
import type { RunState } from '../../../../../functions/control-plane/status-board.ts';
import { RecordError, RetriableError } from '../../../../../shared/errors.ts';
import { inspected } from '../../../../helpers/control-plane/inspected.ts';
import { MemoryTopics } from '../../../../helpers/control-plane/memory-topics.ts';
import { errorRecord } from '../../../../helpers/error-records.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';
import { recordOf } from '../../../../helpers/pipeline.ts';

const GROUP = 'connect-c1';
const ERRORS = 'connect-error-c1';
const WORKER = { worker_id: 'w1:8083', version: '1' };

function setUp({ state = 'RUNNING' as RunState, tasks = ['RUNNING'] as readonly RunState[], partitions = 1 } = {}) {
  const topics = new MemoryTopics();
  topics.create('orders', partitions);
  topics.create(ERRORS, 3);
  const clock = new ManualClock();
  const status = (name: string): ConnectorStatusInfo => ({
    name,
    connector: { state, ...WORKER },
    tasks: tasks.map((each, id) => ({ id, state: each, ...WORKER })),
    type: 'sink',
  });
  const stopMark = (at: number, metadata: string) => (metadata === '' ? undefined : { offset: at, code: metadata });
  let ids = 0;
  const tests = new TestRecords({
    driver: topics.driver(),
    admin: topics.admin(),
    inspector: { stopMark },
    plane: { status },
    clock,
    newId: () => `t${ids++}`,
  });
  return { topics, clock, tests, setup: inspected('c1') };
}

/** What a refusal says: `400 topic: ...`. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  return thrown instanceof Refused ? `${thrown.status} ${thrown.message}` : String(thrown);
}

describe('a test record', () => {
  it('has the mark, and a key and a value where none are given', async () => {
    const { topics, tests, setup } = setUp();
    await tests.send(setup, { headers: [{ key: 'h', value: null }] }, 0);
    const [record] = topics.records('orders', 0);
    expect(record?.key?.toString()).toBe('spillway-test');
    expect(JSON.parse(String(record?.value))).toMatchObject({ test: 't0' });
    expect(record?.headers.map(({ key, value }) => [key, value?.toString()])).toEqual([
      ['h', undefined],
      ['spillway.test', 't0'],
    ]);
  });

  it('is what was asked for, tombstones included, in the partition that was named', async () => {
    const { topics, tests, setup } = setUp({ partitions: 3 });
    await tests.send(setup, { topic: 'orders', partition: 2, key: null, value: null, headers: [] }, 0);
    const [record] = topics.records('orders', 2);
    expect([record?.key, record?.value]).toEqual([null, null]);
  });

  it('tries no pattern on what is no name of a topic', async () => {
    const { tests } = setUp();
    // Three repetitions: with a megabyte to try them on they take for ever.
    const setup = inspected('c1', { topics: null, 'topics.regex': '(?!x).*a.*b.*c' });
    const topic = 'ab'.repeat(500_000);
    const said = await refusal(tests.send(setup, { topic, headers: [] }, 0));
    expect(said).toBe('400 topic: the connector reads a pattern of topics, and not that.');
  });

  it('is found among those that others send at the same moment', async () => {
    const { topics, tests, setup } = setUp();
    topics.write('orders', 0, recordOf('k', 'before'));
    topics.refuseSend = () => void topics.write('orders', 0, ...'12345'.split('').map((v) => recordOf('k', v)));
    const answer = await tests.send(setup, { headers: [] }, 0);
    expect(answer).toMatchObject({ offset: 6, partition: 0, topic: 'orders', outcome: 'pending', id: 't0' });
  });

  it('goes where it was sent before its answer was lost, and nowhere else', async () => {
    const { topics, tests, setup } = setUp();
    topics.refuseSend = () => new RetriableError('REQUEST_TIMED_OUT', 'no answer');
    topics.lostAnswer = true;
    expect((await tests.send(setup, { headers: [] }, 0)).offset).toBe(0);
    expect(topics.records('orders', 0)).toHaveLength(1);
  });

  it('that nobody confirmed and nobody finds is a 503 that says so', async () => {
    const { topics, tests, setup } = setUp();
    topics.refuseSend = () => new RetriableError('REQUEST_TIMED_OUT', 'no answer');
    expect(await refusal(tests.send(setup, { headers: [] }, 0))).toMatch(/^503 .*did not confirm.*REQUEST_TIMED_OUT/);
    topics.refuseSend = () => new RecordError('RECORD_TOO_LARGE_FOR_TOPIC', 'too large');
    expect(await refusal(tests.send(setup, { headers: [] }, 0))).toBe('400 value: too large');
    expect(topics.open).toBe(0);
  });

  it('needs a topic of the connector, and a partition of that', async () => {
    const { topics, tests, setup } = setUp();
    const send = (more: object, with_ = setup) => refusal(tests.send(with_, { headers: [], ...more }, 0));
    const two = inspected('c1', { topics: 'orders,more' });
    const pattern = inspected('c1', { topics: null, 'topics.regex': 'or.*' });
    expect(await send({}, two)).toBe('400 topic: say which one; the connector reads orders, more.');
    expect(await send({}, pattern)).toBe('400 topic: say which one; the connector reads a pattern of topics.');
    expect(await send({ topic: 'other' })).toBe('400 topic: the connector reads orders, and not that.');
    expect(await send({ topic: 'orphans' }, pattern)).toMatch(/^400 topic/);
    expect(await send({ topic: 'more' }, two)).toBe(
      '404 There is no topic more at this cluster: make it, or correct `topics` of the connector.',
    );
    expect(await send({ partition: 1 })).toBe('400 partition: orders has partitions 0 to 0.');
    await tests.send(pattern, { topic: 'orders', headers: [] }, 0);
    expect(topics.records('orders', 0)).toHaveLength(1);
  });
});

describe('what became of a test record', () => {
  it('is written when its offset is committed, and no error topic has it', async () => {
    const { topics, clock, tests, setup } = setUp();
    const sending = tests.send(setup, { headers: [] }, 5_000);
    await settle();
    await clock.advance(1_000);
    topics.write(ERRORS, 0, errorRecord({ topic: 'orders', offset: 1 }));
    topics.commit(GROUP, 'orders', 0, 1);
    await clock.advance(1_000);
    expect(await sending).toMatchObject({ outcome: 'written', committed: 1, offset: 0 });
    expect([topics.open, clock.waiting]).toEqual([0, 0]);
  });

  it('is errant when an error topic has it, also one that came to be in between', async () => {
    const { topics, tests, setup } = setUp();
    topics.write(ERRORS, 1, ...Array.from({ length: 20 }, (_, n) => errorRecord({ topic: 'orders', offset: n + 5 })));
    const { ask } = await tests.send(setup, { key: null, headers: [] }, 0);
    topics.write(ERRORS, 1, errorRecord({ topic: 'orders', offset: 0, connector: 'another' }));
    topics.write(ERRORS, 1, errorRecord({ topic: 'orders', offset: 0, code: 'OOPS', message: 'because' }));
    topics.commit(GROUP, 'orders', 0, 1);
    const place = { topic: 'orders', partition: 0, offset: 0 };
    const error = { topic: ERRORS, partition: 1, offset: 21, code: 'OOPS', message: 'because' };
    expect(await tests.look(setup, place, 0)).toMatchObject({ outcome: 'errant', error, id: 't0' });
    expect(ask).toBe('/spillway/connectors/c1/test?topic=orders&partition=0&offset=0');
  });

  it('is looked for in the one partition of the error topic that its key has', async () => {
    const { topics, tests, setup } = setUp();
    await tests.send(setup, { key: Buffer.from('k'), headers: [] }, 0);
    for (const partition of [0, 1, 2]) topics.write(ERRORS, partition, errorRecord({ topic: 'orders', offset: 9 }));
    topics.commit(GROUP, 'orders', 0, 1);
    topics.pagesRead = 0;
    expect(await tests.look(setup, { topic: 'orders', partition: 0, offset: 0 }, 0)).toMatchObject({
      outcome: 'written',
    });
    expect(topics.pagesRead).toBe(1);
  });

  it('is dropped when it is a tombstone that the connector ignores', async () => {
    const { topics, tests } = setUp();
    const setup = inspected('c1', { 'behavior.on.null.values': 'ignore' });
    await tests.send(setup, { value: null, headers: [] }, 0);
    topics.commit(GROUP, 'orders', 0, 1);
    const place = { topic: 'orders', partition: 0, offset: 0 };
    expect(await tests.look(setup, place, 0)).toMatchObject({ outcome: 'dropped' });
  });

  it('is stopped when the partition stopped at it, and pending when it stopped before', async () => {
    const { topics, tests, setup } = setUp();
    topics.write('orders', 0, recordOf('k', 'v'));
    await tests.send(setup, { headers: [] }, 0);
    const look = () => tests.look(setup, { topic: 'orders', partition: 0, offset: 1 }, 0);
    topics.commit(GROUP, 'orders', 0, 0, 'BAD');
    expect(await look()).toMatchObject({
      outcome: 'pending',
      stopped: { offset: 0, code: 'BAD' },
      message: expect.stringMatching(/stopped at offset 0 \(BAD\), before it.*resume/),
    });
    topics.commit(GROUP, 'orders', 0, 1, 'BAD');
    expect(await look()).toMatchObject({ outcome: 'stopped', stopped: { offset: 1, code: 'BAD' } });
  });

  it.each([
    [{ state: 'PAUSED' }, /is PAUSED.*resume/],
    [{ state: 'STOPPED', tasks: [] }, /is STOPPED.*resume/],
    [{ tasks: ['FAILED', 'FAILED'] }, /all its tasks FAILED.*status/],
    [{ tasks: ['UNASSIGNED'] }, /none of its tasks is RUNNING/],
    [{ tasks: ['RUNNING', 'FAILED'] }, /2 offsets before it are not committed.*1 of 2 tasks FAILED/],
    [{}, /2 offsets before it are not committed.*linger\.ms=60000.*Ask again/],
  ] as const)('says what it waits for: %j', async (how, message) => {
    const { topics, clock, tests, setup } = setUp(how);
    topics.write('orders', 0, recordOf('k', 'v'), recordOf('k', 'v'));
    topics.commit(GROUP, 'orders', 0, 0);
    const sending = tests.send(setup, { headers: [] }, 1_000);
    await settle();
    await clock.advance(2_000);
    expect(await sending).toMatchObject({ outcome: 'pending', committed: 0, message: expect.stringMatching(message) });
  });

  it('is told of test records only', async () => {
    const { topics, tests, setup } = setUp();
    topics.write('orders', 0, recordOf('k', 'v'));
    const look = (offset: number, topic = 'orders') => refusal(tests.look(setup, { topic, partition: 0, offset }, 0));
    const none = '404 There is no test record at offset';
    expect(await look(0)).toBe(`${none} 0 of partition 0 of orders.`);
    expect(await look(1)).toBe(`${none} 1 of partition 0 of orders.`);
    expect(await look(7)).toBe(`${none} 7 of partition 0 of orders.`);
    expect(await look(0, ERRORS)).toMatch(/^400 topic/);
  });
});
