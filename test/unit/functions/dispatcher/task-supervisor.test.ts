import { describe, expect, it } from 'vitest';
import { FatalError, RetriableError } from '../../../../shared/errors.ts';
import { settle } from '../../../helpers/manual-clock.ts';
import { type FakeTask, noBucket, superviseFakes, wrongAnswer } from '../../../helpers/supervised-tasks.ts';

describe('TaskSupervisor', () => {
  it('starts a task again whose failure may heal, after 1 s, 2 s, 4 s and so on up to 5 min', async () => {
    const { supervisor, tasks, clock, advance, lines, forGood, run, restarts } = superviseFakes();
    await run();
    for (const [index, seconds] of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].entries()) {
      tasks[index]?.fail(noBucket);
      const atMs = clock.now() + seconds * 1_000;
      expect(supervisor.status()).toMatchObject({
        id: 3,
        state: 'failed',
        failure: { code: 'OSS_BUCKET_MISSING', message: 'no bucket' },
        restart: { attempt: index + 1, atMs },
      });
      await advance(seconds * 1_000 - 1);
      expect(tasks).toHaveLength(index + 1);
      await advance(1);
      expect(tasks).toHaveLength(index + 2);
      expect(tasks[index + 1]?.begun).toBe(true);
      expect(supervisor.status()).toEqual({ id: 3, state: 'running' });
    }
    expect(lines[2]).toEqual({ code: 'OSS_BUCKET_MISSING', reason: 'no bucket', attempt: 3, waitMs: 4_000 });
    expect(await restarts()).toBe(11);
    expect(forGood).toEqual([]);
  });

  it('counts a start that fails as one more attempt, while that may heal', async () => {
    const away = async () => {
      throw new RetriableError('BROKER_UNREACHABLE', 'no broker');
    };
    const denied = async () => {
      throw new FatalError('GROUP_AUTHORIZATION_FAILED', 'no right', { mayHeal: true });
    };
    const { supervisor, tasks, clock, advance, run } = superviseFakes([
      async () => undefined,
      away,
      denied,
      async () => undefined,
    ]);
    await run();
    tasks[0]?.fail(noBucket);
    await advance(1_000);
    expect(supervisor.status()).toMatchObject({
      state: 'failed',
      failure: { code: 'BROKER_UNREACHABLE' },
      restart: { attempt: 2, atMs: clock.now() + 2_000 },
    });
    await advance(2_000);
    expect(supervisor.status()).toMatchObject({
      failure: { code: 'GROUP_AUTHORIZATION_FAILED' },
      restart: { attempt: 3 },
    });
    expect(tasks).toHaveLength(3);
    await advance(4_000);
    expect(tasks).toHaveLength(4);
    expect(supervisor.state).toBe('running');
  });

  it('fails at the beginning where it was refused, and makes no task until what comes before a restart passes', async () => {
    const refusals = [noBucket, new RetriableError('BROKER_UNREACHABLE', 'no broker')];
    const { supervisor, tasks, advance, forGood, restarts } = superviseFakes(undefined, async () => {
      const refusal = refusals.shift();
      if (refusal !== undefined) throw refusal;
    });
    supervisor.begin(true, noBucket);
    expect(supervisor.status()).toMatchObject({
      state: 'failed',
      failure: { code: 'OSS_BUCKET_MISSING' },
      restart: { attempt: 1 },
    });
    for (const [seconds, code] of [
      [1, 'OSS_BUCKET_MISSING'],
      [2, 'BROKER_UNREACHABLE'],
    ] as const) {
      await advance(seconds * 1_000);
      expect(supervisor.status()).toMatchObject({ state: 'failed', failure: { code } });
      expect(tasks).toHaveLength(1);
    }
    await advance(4_000);
    expect(supervisor.status()).toEqual({ id: 3, state: 'running' });
    expect(tasks.map(({ begun }) => begun)).toEqual([false, true]);
    expect(await restarts()).toBe(2);
    expect(forGood).toEqual([]);
  });

  it('fails for good where it was refused and nothing heals, and where the refusal of a restart cannot', async () => {
    const once = superviseFakes();
    once.supervisor.begin(false, noBucket);
    expect(once.forGood).toEqual([noBucket]);
    const lasting = superviseFakes(undefined, async () => Promise.reject(wrongAnswer));
    lasting.supervisor.begin(true, noBucket);
    await lasting.advance(1_000);
    expect(lasting.forGood).toEqual([wrongAnswer]);
    for (const { advance, tasks } of [once, lasting]) {
      await advance(600_000);
      expect(tasks).toHaveLength(1);
    }
  });

  it('makes no task when it is stopped while it waits for what comes before', async () => {
    let pass: () => void = () => undefined;
    const { supervisor, tasks, advance } = superviseFakes(undefined, () => new Promise((resolve) => (pass = resolve)));
    supervisor.begin(true, noBucket);
    await advance(1_000);
    const stopped = supervisor.stop();
    pass();
    await stopped;
    expect(tasks).toHaveLength(1);
  });

  it.each([
    ['while it runs', (task: FakeTask | undefined) => task?.fail(wrongAnswer), [async () => undefined]],
    [
      'while it starts again',
      (task: FakeTask | undefined) => task?.fail(noBucket),
      [
        async () => undefined,
        async () => {
          throw wrongAnswer;
        },
      ],
    ],
  ])('lets a task be that fails for good %s', async (_, fail, starts) => {
    const { supervisor, tasks, advance, forGood, run } = superviseFakes(starts);
    await run();
    fail(tasks[0]);
    await advance(10_000_000);
    expect(tasks).toHaveLength(starts.length);
    expect(forGood).toEqual([wrongAnswer]);
    expect(supervisor.hasFailedForGood).toBe(true);
    expect(supervisor.status()).toMatchObject({ state: 'failed', failure: { code: 'ANSWER_INVALID' } });
    expect(supervisor.status().restart).toBeUndefined();
  });

  it('ends what nobody foresaw when it starts again', async () => {
    const { tasks, advance, forGood, run } = superviseFakes([
      async () => undefined,
      async () => Promise.reject(new TypeError('x')),
    ]);
    await run();
    tasks[0]?.fail(noBucket);
    await advance(1_000);
    expect(forGood).toMatchObject([{ code: 'UNCLASSIFIED' }]);
  });

  it('heals nothing at the first start, nor where it is not asked to', async () => {
    const failing = superviseFakes([async () => Promise.reject(noBucket)]);
    await expect(failing.run()).rejects.toBe(noBucket);
    await failing.advance(10_000);
    expect(failing.tasks).toHaveLength(1);

    const once = superviseFakes();
    await once.run(false);
    once.tasks[0]?.fail(noBucket);
    await once.advance(10_000);
    expect(once.tasks).toHaveLength(1);
    expect(once.forGood).toEqual([noBucket]);
  });

  it('begins again at the first attempt after a minute in which something was settled, and not before', async () => {
    const { supervisor, tasks, clock, ledger, run } = superviseFakes();
    await run();
    /** The attempt that follows when the task fails after `ms`, having settled `written` records; then it runs again. */
    const failAfter = async (ms: number, written: number) => {
      await clock.advance(ms);
      ledger.written += written;
      tasks.at(-1)?.fail(noBucket);
      const { attempt = 0, atMs = 0 } = supervisor.status().restart ?? {};
      await settle();
      await clock.advance(atMs - clock.now());
      expect(supervisor.state).toBe('running');
      return attempt;
    };
    expect(await failAfter(0, 0)).toBe(1);
    expect(await failAfter(600_000, 0)).toBe(2);
    expect(await failAfter(59_999, 5)).toBe(3);
    expect(await failAfter(60_000, 5)).toBe(1);
    expect(await failAfter(60_000, 0)).toBe(2);
  });

  it('makes the next task when the failed one has let go of its records', async () => {
    const { tasks, advance, run } = superviseFakes();
    await run();
    tasks[0]?.fail(noBucket, true);
    await advance(60_000);
    expect(tasks).toHaveLength(1);
    tasks[0]?.letGo();
    await settle();
    await advance(0);
    expect(tasks).toHaveLength(2);
  });

  it('waits no longer than it meant to when the clock is set back before it begins to', async () => {
    const { tasks, clock, advance, run } = superviseFakes();
    await run();
    tasks[0]?.fail(noBucket, true);
    clock.setBack(3_600_000);
    tasks[0]?.letGo();
    await advance(1_000);
    expect(tasks).toHaveLength(2);
  });

  it('starts nothing after it was stopped', async () => {
    const { supervisor, tasks, clock, advance, run } = superviseFakes();
    await run();
    tasks[0]?.fail(noBucket);
    await supervisor.stop();
    expect(supervisor.status().restart).toBeUndefined();
    await advance(600_000);
    expect(tasks).toHaveLength(1);
    expect(clock.waiting).toBe(0);
  });

  it('stops a task that is just starting again', async () => {
    let reject: (error: Error) => void = () => undefined;
    const pending = () => new Promise<void>((_, rejected) => (reject = rejected));
    const { supervisor, tasks, advance, forGood, run } = superviseFakes([async () => undefined, pending]);
    await run();
    tasks[0]?.fail(noBucket);
    await advance(1_000);
    expect(tasks[1]?.state).toBe('starting');
    const stopped = supervisor.stop();
    reject(new RetriableError('CONSUMER_CLOSED', 'closed while it started'));
    await stopped;
    await advance(600_000);
    expect(tasks).toHaveLength(2);
    expect(tasks[1]?.begun).toBe(false);
    expect(forGood).toEqual([]);
  });

  it('acts on a failure between the join and the beginning', async () => {
    const { supervisor, tasks, advance } = superviseFakes();
    await supervisor.start();
    tasks[0]?.fail(noBucket);
    expect(supervisor.status().restart).toBeUndefined();
    supervisor.begin(true);
    expect(supervisor.status().restart?.attempt).toBe(1);
    await advance(1_000);
    expect(supervisor.state).toBe('running');
  });
});
