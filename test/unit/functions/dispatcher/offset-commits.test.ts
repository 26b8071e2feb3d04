import { expect, it } from 'vitest';
import { OffsetCommits } from '../../../../functions/dispatcher/offset-commits.ts';
import type { PartitionPipeline } from '../../../../functions/dispatcher/partition-pipeline.ts';
import { RetriableError } from '../../../../shared/errors.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

const settled = () => new Promise(setImmediate);

/** Commits that fail once, by a clock that can be set. */
function afterOneFailure() {
  const clock = new ManualClock();
  let aheadMs = 0;
  let tries = 0;
  const moved = { ...clock, now: () => clock.now() + aheadMs, sleep: clock.sleep, after: clock.after };
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

it('does not pause for as long as the clock was set back', async () => {
  const { tries, set, again } = afterOneFailure();
  await settled();
  set(-3_600_000);
  await again();
  expect(tries()).toBe(2);
});
