import { expect, it } from 'vitest';
import { OffsetCommits } from '../../../../functions/dispatcher/offset-commits.ts';
import type { PartitionPipeline } from '../../../../functions/dispatcher/partition-pipeline.ts';
import { FatalError, RetriableError } from '../../../../shared/errors.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

const settled = () => new Promise(setImmediate);

/** Commits that fail once, by a clock that can be set. */
function afterOneFailure() {
  const clock = new ManualClock();
  let aheadMs = 0;
  let tries = 0;
  const moved = {
    ...clock,
    now: () => clock.now() + aheadMs,
    sleep: clock.sleep.bind(clock),
    after: clock.after.bind(clock),
    breath: clock.breath.bind(clock),
  };
  const consumer = {
    commit: async () => {
      if (++tries === 1) throw new RetriableError('NOT_COORDINATOR', 'it moved');
    },
  };
  const commits = new OffsetCommits(consumer, moved, silentLogger, (error) => {
    throw error;
  });
  const entry = { topic: 'orders', partition: 0, offset: 7, metadata: '' };
  const pipelines = () => [{ toCommit: entry, committed: () => undefined } as unknown as PartitionPipeline];
  commits.soon(pipelines);
  return {
    tries: () => tries,
    advance: (ms: number) => clock.advance(ms),
    set: (ms: number) => {
      aheadMs = ms;
    },
    again: async () => {
      commits.soon(pipelines);
      await settled();
    },
  };
}

it('pauses after a commit that failed, then tries again', async () => {
  const { tries, set, again } = afterOneFailure();
  await settled();
  set(499);
  await again();
  expect(tries()).toBe(1);
  set(500);
  await again();
  expect(tries()).toBe(2);
});

it('commits what was asked for in the pause when it is over', async () => {
  const { tries, again, advance } = afterOneFailure();
  await settled();
  await advance(499);
  await again();
  await again();
  expect(tries()).toBe(1);
  await advance(1);
  expect(tries()).toBe(2);
});

it('does not pause for as long as the clock was set back', async () => {
  const { tries, set, again } = afterOneFailure();
  await settled();
  set(-3_600_000);
  await again();
  expect(tries()).toBe(2);
});

it.each([
  ['what nobody foresaw', new TypeError('x'), { code: 'COMMIT_FAILED', mayHeal: true }],
  [
    'a refusal',
    new FatalError('GROUP_AUTHORIZATION_FAILED', 'no right'),
    { code: 'GROUP_AUTHORIZATION_FAILED', mayHeal: false },
  ],
])('ends the task with %s; only the first heals by itself', async (_, thrown, expected) => {
  const failures: FatalError[] = [];
  const consumer = { commit: () => Promise.reject(thrown) };
  const commits = new OffsetCommits(consumer, new ManualClock(), silentLogger, (error) => failures.push(error));
  const committed: unknown[] = [];
  const entry = { topic: 'orders', partition: 0, offset: 7, metadata: '' };
  const pipeline = { toCommit: entry, committed: (it: unknown) => committed.push(it) } as unknown as PartitionPipeline;
  await commits.last([pipeline]);
  expect(failures).toMatchObject([expected]);
  expect(committed).toEqual([]);
});

it.each(['UNKNOWN_TOPIC_OR_PARTITION', 'COMMIT_FENCED'])('commits the others when one is refused: %s', async (code) => {
  const confirmed: string[] = [];
  const pipelineOf = (topic: string) =>
    ({
      toCommit: { topic, partition: 0, offset: 7, metadata: '' },
      committed: () => confirmed.push(topic),
    }) as unknown as PartitionPipeline;
  const requests: string[][] = [];
  const consumer = {
    commit: async (offsets: readonly { readonly topic: string }[]) => {
      requests.push(offsets.map(({ topic }) => topic));
      if (offsets.some(({ topic }) => topic === 'gone')) throw new RetriableError(code, 'one of them');
    },
  };
  const commits = new OffsetCommits(consumer, new ManualClock(), silentLogger, (error) => {
    throw error;
  });
  await commits.last(['orders', 'gone', 'payments'].map(pipelineOf));
  expect(confirmed).toEqual(['orders', 'payments']);
  expect(requests).toEqual([['orders', 'gone', 'payments'], ['orders'], ['gone'], ['payments']]);
});
