import { describe, expect, it } from 'vitest';
import type { TaskStatus } from '../../../../functions/dispatcher/task-supervisor.ts';
import { RetriableError } from '../../../../shared/errors.ts';
import { settle } from '../../../helpers/manual-clock.ts';
import { noBucket, superviseFakes, wrongAnswer } from '../../../helpers/supervised-tasks.ts';

describe('a launched task', () => {
  const away = new RetriableError('BROKER_UNREACHABLE', 'no broker');
  const states = (changes: readonly TaskStatus[]) => changes.map(({ state, restart }) => [state, restart?.attempt]);

  it('joins, and waits to be begun', async () => {
    const { supervisor, tasks, changes } = superviseFakes();
    expect(await supervisor.launch()).toBe(true);
    expect(tasks[0]).toMatchObject({ state: 'running', begun: false });
    supervisor.begin(true);
    expect(tasks[0]?.begun).toBe(true);
    expect(states(changes)).toEqual([
      ['stopped', undefined],
      ['running', undefined],
    ]);
  });

  it('tries again by itself what may heal, from the first try on, and begins when it has joined', async () => {
    const refused = async () => {
      throw away;
    };
    const { supervisor, tasks, advance, changes } = superviseFakes([refused, refused, async () => undefined]);
    expect(await supervisor.launch()).toBe(false);
    expect(supervisor.status()).toMatchObject({
      state: 'failed',
      failure: { code: 'BROKER_UNREACHABLE' },
      restart: { attempt: 1 },
    });
    await advance(1_000);
    await advance(2_000);
    expect(tasks.map(({ begun }) => begun)).toEqual([false, false, true]);
    expect(states(changes).at(-1)).toEqual(['running', undefined]);
  });

  it('has failed for good where that cannot heal, and what was not foreseen does not', async () => {
    const wrong = superviseFakes([async () => Promise.reject(wrongAnswer)]);
    expect(await wrong.supervisor.launch()).toBe(false);
    expect(wrong.forGood).toEqual([wrongAnswer]);
    const strange = superviseFakes(undefined, async () => Promise.reject(new TypeError('x is not a function')));
    expect(await strange.supervisor.launch()).toBe(false);
    expect(strange.forGood).toMatchObject([{ code: 'UNCLASSIFIED' }]);
    expect(strange.supervisor.status().restart).toBeUndefined();
  });

  it('is stopped while what comes before the start hangs, and begins no more', async () => {
    const { supervisor, tasks } = superviseFakes(undefined, () => new Promise(() => undefined));
    const launched = supervisor.launch();
    await supervisor.stop();
    expect(await launched).toBe(false);
    supervisor.begin(true);
    expect(tasks).toMatchObject([{ state: 'stopped', begun: false }]);
  });

  it('is stopped once, whoever asks', async () => {
    const { supervisor, tasks } = superviseFakes();
    await supervisor.launch();
    supervisor.begin(true);
    tasks[0]?.fail(wrongAnswer, true);
    let stopped = 0;
    const both = [supervisor.stop(), supervisor.stop()].map((stop) => stop.then(() => stopped++));
    await settle();
    expect(stopped).toBe(0);
    tasks[0]?.letGo();
    await Promise.all(both);
  });
});

it('passes on to the tasks that come that it is paused, and that stops are to be lifted', async () => {
  const { supervisor, tasks, advance, run } = superviseFakes();
  await run();
  supervisor.pause();
  expect(supervisor.state).toBe('paused');
  tasks[0]?.fail(noBucket);
  await supervisor.resumeStopped();
  await advance(1_000);
  expect(tasks[1]).toMatchObject({ paused: true, lifts: true, begun: true });
  tasks[1]?.fail(noBucket);
  await advance(2_000);
  expect(tasks[2]).toMatchObject({ paused: true, lifts: false });
  supervisor.resume();
  expect([supervisor.state, tasks[2]?.paused]).toEqual(['running', false]);
});
