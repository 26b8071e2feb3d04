import { describe, expect, it } from 'vitest';
import { untilCaughtUp } from '../../../../functions/dispatcher/caught-up.ts';
import { FatalError } from '../../../../shared/errors.ts';
import type { KafkaAdmin } from '../../../../shared/kafka/driver.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

const ENDS = new Map([['orders', new Map([[0, 5]])]]);

function setUp(
  answers: readonly (number | Error)[],
  waiting = () => [] as { topic: string; partition: number }[],
  exists = () => true,
) {
  let asked = 0;
  const admin = {
    describeTopics: async () => (exists() ? [{ name: 'orders', partitions: [0] }] : []),
    committedOffsets: async () => {
      const answer = answers[Math.min(asked++, answers.length - 1)];
      if (typeof answer !== 'number') throw answer;
      return new Map([[0, { offset: answer, metadata: '' }]]);
    },
  } as unknown as KafkaAdmin;
  const clock = new ManualClock();
  let outcome: unknown = 'running';
  untilCaughtUp(admin, 'g', ENDS, async () => waiting(), clock, new AbortController().signal).then(
    (caughtUp) => (outcome = caughtUp),
    (error: unknown) => (outcome = error),
  );
  return { clock, outcome: () => outcome };
}

describe('untilCaughtUp', () => {
  it('resolves when every end offset is committed', async () => {
    const { clock, outcome } = setUp([3, 4, 5]);
    await settle();
    expect(outcome()).toBe('running');
    await clock.advance(1_000);
    expect(outcome()).toBe(true);
  });

  it('waits for nothing of a topic that was deleted meanwhile', async () => {
    let exists = true;
    const { clock, outcome } = setUp(
      [3],
      () => [],
      () => exists,
    );
    await clock.advance(1_000);
    expect(outcome()).toBe('running');
    exists = false;
    await clock.advance(1_000);
    expect(outcome()).toBe(true);
  });

  it('ends when Kafka refuses for good', async () => {
    const refused = new FatalError('GROUP_AUTHORIZATION_FAILED', 'no right');
    const { outcome } = setUp([refused]);
    await settle();
    expect(outcome()).toBe(refused);
  });

  it('says so when all that is behind waits for a person', async () => {
    const { outcome } = setUp([3], () => [{ topic: 'orders', partition: 0 }]);
    await settle();
    expect(outcome()).toBe(false);
  });
});
