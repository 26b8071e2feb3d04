import { describe, expect, it } from 'vitest';
import { ConnectorInspector } from '../../../../../functions/dispatcher/inspect/connector-inspector.ts';
import { RedriveRun } from '../../../../../functions/dispatcher/inspect/redrive-run.ts';
import { ConfigError } from '../../../../../shared/errors.ts';
import { inspected } from '../../../../helpers/control-plane/inspected.ts';
import { MemoryTopics } from '../../../../helpers/control-plane/memory-topics.ts';
import { errorRecord } from '../../../../helpers/error-records.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';
import { recordOf } from '../../../../helpers/pipeline.ts';

const SHARED = { 'errors.deadletterqueue.topic.name': 'errors', 'runtime.error.topic.name': 'errors' };

function setUp() {
  const topics = new MemoryTopics();
  topics.create('orders', 2);
  const clock = new ManualClock();
  const driver = { ...topics.driver(), admin: () => topics.admin() };
  const dry = () => {
    throw new Error('no preview here');
  };
  return { topics, clock, driver, inspector: new ConnectorInspector({ driver, clock, budgetBytes: 1e6, dry }) };
}

/** Keys of what is asked wrongly. */
async function keys(work: Promise<unknown>): Promise<readonly string[]> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems.map(({ key }) => key);
    throw thrown;
  }
  return [];
}

describe('errors', () => {
  it('are those of the connector, also where another one has the same error topic', async () => {
    const { topics, inspector } = setUp();
    topics.create('errors', 1);
    topics.write('errors', 0, errorRecord({ topic: 'orders', offset: 1, connector: 'other' }));
    topics.write('errors', 0, errorRecord({ topic: 'orders', offset: 2, connector: 'c1' }));
    topics.write('errors', 0, recordOf('k', 'written by hand'));
    const setup = inspected('c1', SHARED);
    expect(await inspector.errors(setup, undefined, {}, 10)).toMatchObject([
      { topic: 'errors', offset: 1, failure: { connector: 'c1' } },
    ]);
    // Whatever is asked for.
    expect(await inspector.errors(setup, undefined, { connector: 'other' }, 10)).toHaveLength(1);
    expect(await inspector.errorKinds(setup, 'errors', {})).toMatchObject([{ connector: 'c1', records: 1 }]);
    expect(topics.open).toBe(0);
  });

  it('are none while there is no error topic yet', async () => {
    const { inspector } = setUp();
    const setup = inspected('c1', SHARED);
    expect(await inspector.errors(setup, undefined, {}, 10)).toEqual([]);
    await expect(inspector.errors(setup, 'errors', {}, 10)).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
  });

  it('are asked of error topics of the connector, and at places of one of them', async () => {
    const { topics, inspector } = setUp();
    for (const name of ['framework', 'sink', 'elsewhere']) topics.create(name, 1);
    const setup = inspected('c1', {
      'errors.deadletterqueue.topic.name': 'framework',
      'runtime.error.topic.name': 'sink',
    });
    expect(await keys(inspector.errors(setup, 'elsewhere', {}, 10))).toEqual(['topic']);
    expect(await keys(inspector.errors(setup, undefined, { from: '0:0' }, 10))).toEqual(['topic']);
    expect(await keys(inspector.errors(setup, undefined, { since: 'today' }, 10))).toEqual(['since']);
    expect(await keys(inspector.errors(setup, 'sink', { from: '0:0' }, 10))).toEqual([]);
  });
});

describe('standings', () => {
  it('are lag and stop marks of all partitions', async () => {
    const { topics, inspector } = setUp();
    topics.write('orders', 0, recordOf('a', 'b'), recordOf('a', 'b'), recordOf('a', 'b'));
    topics.write('orders', 1, recordOf('a', 'b'));
    topics.commit('connect-c1', 'orders', 0, 1, '{"spillway":1,"stopped":{"offset":1,"code":"BAD"}}');
    expect(await inspector.standings(inspected('c1', { 'consumer.start.offset': 'latest' }))).toEqual([
      {
        topic: 'orders',
        partition: 0,
        beginning: 0,
        end: 3,
        committed: 1,
        lag: 2,
        stopped: { offset: 1, code: 'BAD' },
      },
      // The topic was read before, so a partition of it that has no commit was added later.
      { topic: 'orders', partition: 1, beginning: 0, end: 1, committed: null, lag: 1 },
    ]);
  });
});

describe('RedriveRun', () => {
  it('wants to be told which records', async () => {
    const { topics, clock, driver } = setUp();
    topics.create('errors', 1);
    const rehearse = async (all: boolean, filters: object) => {
      const order = { filters, all, to: 'topic', rate: 0, maxAttempts: 3, again: false } as const;
      const sinkWay = () => Promise.reject(new Error('no sink here'));
      const deps = {
        driver: { ...driver, consumer: sinkWay as never },
        clock,
        random: () => 0,
        newId: () => 'r',
        sinkWay,
      };
      return await new RedriveRun(inspected('c1', SHARED), order, deps).rehearse();
    };
    expect(await keys(rehearse(false, {}))).toEqual(['all']);
    expect(await keys(rehearse(true, { code: 'BAD' }))).toEqual(['all']);
    expect(await rehearse(true, {})).toMatchObject([{ topic: 'errors', send: [] }]);
    topics.write('errors', 0, errorRecord({ topic: 'orders', offset: 1 }));
    topics.write('errors', 0, errorRecord({ topic: 'secrets', offset: 1 }));
    topics.write('errors', 0, errorRecord({ topic: 'orders', offset: 2, connector: 'other' }));
    expect(await rehearse(true, {})).toMatchObject([
      { send: [{ topic: 'orders', records: 1 }], failed: [{ code: 'REDRIVE_OTHER_TOPIC', records: 1 }] },
    ]);
    expect(topics.open).toBe(0);
  });
});
