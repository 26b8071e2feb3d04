import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fcSink } from '../../../../../functions/dispatcher/fc-sink.ts';
import {
  planThreads,
  spreadTasks,
  type ThreadSetup,
  threadCount,
} from '../../../../../functions/dispatcher/threads/plan.ts';
import { parseConnector } from '../../../../../shared/config/connector-keys.ts';
import { type Logger, silentLogger } from '../../../../../shared/logger.ts';

const raw = (name: string, tasks: number) => ({
  name,
  'connector.class': 'fc-sink',
  topics: 'orders',
  'tasks.max': String(tasks),
  'invoke.target': 'http',
  'invoke.http.url': 'http://127.0.0.1:1/',
});

function given(name: string, tasks: number) {
  return { raw: raw(name, tasks), parsed: parseConnector(fcSink, raw(name, tasks)), folder: '/etc' };
}

const setup: ThreadSetup = {
  start: () => ({ post: () => undefined, terminate: async () => undefined }),
  worker: {},
  logLine: () => undefined,
};

/** What is logged, by level. */
function recorder() {
  const lines: [level: string, fields: object, message: string][] = [];
  const logger: Logger = {
    ...silentLogger,
    info: (fields, message) => void lines.push(['info', fields, message]),
    warn: (fields, message) => void lines.push(['warn', fields, message]),
  };
  return { logger, lines };
}

describe('spreadTasks', () => {
  it('deals the tasks of all connectors out in turn', () => {
    expect(spreadTasks([3, 2], 2)).toEqual([
      [[0, 2], [1]],
      [[1], [0]],
    ]);
  });

  it('gives every task to one thread, and every thread as many as another or one more', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
        fc.nat(16),
        (max, more) => {
          const tasks = max.reduce((sum, one) => sum + one, 0);
          const threads = threadCount(more + 1, 16, tasks);
          const spread = spreadTasks(max, threads);
          for (const [connector, count] of max.entries()) {
            const ids = spread.flatMap((own) => own[connector] ?? []).sort((a, b) => a - b);
            expect(ids).toEqual(Array.from({ length: count }, (_, id) => id));
          }
          const loads = spread.map((own) => own.flat().length);
          expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
          expect(Math.min(...loads)).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('planThreads', () => {
  it('has none by default, and says nothing', () => {
    const { logger, lines } = recorder();
    expect(planThreads([given('a', 4)], 1, 8, setup, logger)).toBeUndefined();
    expect(lines).toEqual([]);
  });

  it('gives each thread its tasks and what connectors were given as', () => {
    const { logger, lines } = recorder();
    const plan = planThreads([given('a', 3), given('b', 1)], 2, 8, setup, logger);
    expect(plan?.tasks).toEqual([
      [[0, 2], []],
      [[1], [0]],
    ]);
    expect(plan?.connectors).toEqual([
      { raw: raw('a', 3), folder: '/etc' },
      { raw: raw('b', 1), folder: '/etc' },
    ]);
    expect(lines).toEqual([['info', { threads: 2, tasks: 4 }, 'tasks are spread over threads']]);
  });

  it.each([
    ['cores', 4, 2, 2],
    ['tasks', 3, 8, 3],
  ])('has no more threads than %s, and says so', (_what, tasks, cores, threads) => {
    const { logger, lines } = recorder();
    expect(planThreads([given('a', tasks)], 6, cores, setup, logger)?.tasks).toHaveLength(threads);
    expect(lines[0]?.slice(0, 2)).toEqual(['warn', { wanted: 6, threads, cores, tasks }]);
  });

  it('stays in the main thread on one core, and says so', () => {
    const { logger, lines } = recorder();
    expect(planThreads([given('a', 4)], 2, 1, setup, logger)).toBeUndefined();
    expect(lines.map(([level]) => level)).toEqual(['warn']);
  });

  it.each([
    ['a sink that is an object of this thread', [{ ...given('a', 2), writer: {} }, given('b', 2)], setup],
    ['a connector that was not read from anywhere', [{ parsed: given('a', 2).parsed }], setup],
    ['a program that serves no threads', [given('a', 2)], undefined],
  ])('stays in the main thread with %s, and says so', (_what, connectors, threads) => {
    const { logger, lines } = recorder();
    expect(planThreads(connectors, 2, 8, threads, logger)).toBeUndefined();
    expect(lines).toEqual([
      ['warn', { wanted: 2 }, 'worker.threads is set, but this program runs its tasks in the main thread only'],
    ]);
  });
});
