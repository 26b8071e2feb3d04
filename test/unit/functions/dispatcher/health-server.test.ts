import { describe, expect, it } from 'vitest';
import type { ConnectorStatus } from '../../../../functions/dispatcher/connector-contract.ts';
import { createHealthApp } from '../../../../functions/dispatcher/health-server.ts';
import { Ledger } from '../../../../functions/dispatcher/ledger.ts';
import type { TaskState } from '../../../../functions/dispatcher/metrics.ts';

const RESTART = { attempt: 3, atMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678) };

/** @param states `heals` is `failed`, and started again */
function appWith(...states: (TaskState | 'heals')[]) {
  const failure = { code: 'OSS_BUCKET_MISSING', message: 'no bucket', trace: 'at x' };
  const status: ConnectorStatus = {
    name: 'orders-to-oss',
    tasks: states.map((state, id) => ({
      id,
      state: state === 'heals' ? 'failed' : state,
      ...(state === 'failed' || state === 'heals' ? { failure } : {}),
      ...(state === 'heals' ? { restart: RESTART } : {}),
    })),
    waiting: [],
    lag: 0,
    totals: new Ledger(),
  };
  return createHealthApp({ statuses: () => [status], metrics: async () => 'spillway_x 1\n' });
}

describe('the health app', () => {
  it('serves metrics as text', async () => {
    const answer = await appWith('running').inject('/metrics');
    expect([answer.statusCode, answer.body, answer.headers['content-type']]).toEqual([
      200,
      'spillway_x 1\n',
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
  });

  it.each([
    ['running', 200],
    ['starting', 503],
    ['failed', 503],
    ['stopped', 503],
  ] as const)('is ready while a task is %s: %i', async (state, expected) => {
    expect((await appWith(state).inject('/spillway/health/ready')).statusCode).toBe(expected);
    expect((await appWith(state).inject('/health')).statusCode).toBe(expected);
    expect((await appWith(state).inject('/spillway/health/live')).statusCode).toBe(200);
  });

  it('is ready with one running task of several, and says why when there is none', async () => {
    expect((await appWith('failed', 'running').inject('/spillway/health/ready')).statusCode).toBe(200);
    const answer = await appWith('failed', 'stopped').inject('/spillway/health/ready');
    expect(answer.json().reasons).toEqual(['connector orders-to-oss: failed: OSS_BUCKET_MISSING: no bucket']);
  });

  it.each([
    ['ready', 200, 'running'],
    ['not ready', 503, 'failed'],
  ] as const)('lists the tasks that wait for a restart while it is %s', async (status, statusCode, other) => {
    const answer = await appWith(other, 'heals').inject('/spillway/health/ready');
    expect([answer.statusCode, answer.json().status]).toEqual([statusCode, status]);
    expect(answer.json().restarts).toEqual([
      {
        connector: 'orders-to-oss',
        task: 1,
        reason: 'OSS_BUCKET_MISSING',
        attempt: 3,
        nextTry: '2026-01-02T03:04:05.678Z',
      },
    ]);
    expect((await appWith('running').inject('/spillway/health/ready')).json().restarts).toEqual([]);
  });

  it('asks to stop before a platform ends the process, and answers when it has; nobody else may ask', async () => {
    expect((await appWith('running').inject('/pre-stop')).statusCode).toBe(404);
    let stopped: () => void = () => undefined;
    const stop = new Promise<void>((resolve) => (stopped = resolve));
    let asked = 0;
    const sources = { statuses: () => [], metrics: async () => '' };
    const app = createHealthApp(sources, () => {
      asked++;
      return stop;
    });
    const answer = app.inject('/pre-stop');
    await app.inject('/spillway/health/live');
    expect(asked).toBe(1);
    stopped();
    expect((await answer).json()).toEqual({ status: 'stopped' });
  });
});
