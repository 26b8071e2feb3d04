import { expect, it } from 'vitest';
import { CallPace } from '../../../../../shared/kafka/alikafka/call-pace.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

const { signal } = new AbortController();

it('begins calls of one action no sooner than the interval after the last one ended, in the order they asked', async () => {
  const clock = new ManualClock(0);
  const pace = new CallPace(clock, 1_000);
  const begun: [string, number][] = [];
  const call = (action: string, name: string) =>
    void pace.run(action, signal, async () => {
      begun.push([name, clock.now()]);
      await clock.sleep(300);
    });
  for (const name of ['a', 'b', 'c']) call('CreateTopic', name);
  call('GetTopicList', 'other');
  await settle();
  await clock.advance(10_000);
  call('CreateTopic', 'later');
  await settle();
  expect(begun).toEqual([
    ['a', 0],
    ['other', 0],
    ['b', 1_300],
    ['c', 2_600],
    ['later', 10_000],
  ]);
});

it('waits after a call that failed, too, and hands on what it threw', async () => {
  const clock = new ManualClock(0);
  const pace = new CallPace(clock, 1_000);
  const failing = pace.run('CreateTopic', signal, () => Promise.reject(new Error('refused')));
  await expect(failing).rejects.toThrow('refused');
  const next = pace.run('CreateTopic', signal, async () => clock.now());
  await settle();
  await clock.advance(5_000);
  expect(await next).toBe(1_000);
});

it('does not wait for a clock that was set back', async () => {
  const clock = new ManualClock();
  const pace = new CallPace(clock, 1_000);
  await pace.run('CreateTopic', signal, async () => undefined);
  clock.setBack(3_600_000);
  const next = pace.run('CreateTopic', signal, async () => 'begun');
  await settle();
  await clock.advance(1_000);
  expect(await next).toBe('begun');
});

it('ends a wait with the reason of its signal, and keeps the pace of the others', async () => {
  const clock = new ManualClock(0);
  const pace = new CallPace(clock, 1_000);
  const ending = new AbortController();
  await pace.run('CreateTopic', signal, async () => undefined);
  const ended = expect(pace.run('CreateTopic', ending.signal, async () => undefined)).rejects.toThrow('closed');
  const next = pace.run('CreateTopic', signal, async () => clock.now());
  await settle();
  ending.abort(new Error('closed'));
  await ended;
  await expect(pace.run('GetTopicList', ending.signal, async () => undefined)).rejects.toThrow('closed');
  await settle();
  await clock.advance(2_000);
  expect(await next).toBe(1_000);
});
