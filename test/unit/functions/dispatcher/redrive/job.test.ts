import { describe, expect, it } from 'vitest';
import { RedriveJob } from '../../../../../functions/dispatcher/redrive/job.ts';
import { encodeState } from '../../../../../functions/dispatcher/redrive/job-state.ts';
import type { KafkaAdmin } from '../../../../../shared/kafka/driver.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

describe('RedriveJob', () => {
  it('leaves the position alone when it stood still and another run took over before its last commit', async () => {
    let stored = new Map<number, { offset: number; metadata: string }>();
    const admin = {
      committedOffsets: async () => new Map(stored),
      commitOffsets: async (_: string, offsets: { partition: number; offset: number; metadata: string }[]) => {
        stored = new Map(offsets.map(({ partition, offset, metadata }) => [partition, { offset, metadata }]));
      },
    } as unknown as KafkaAdmin;
    const clock = new ManualClock();
    const ranges = [{ topic: 'errors', partition: 0, from: 0, to: 100 }];
    const spec = { group: 'g', topic: 'errors', runId: 'first', again: false, ranges };
    const claiming = RedriveJob.claim(spec, { admin, clock, notify: () => undefined });
    await settle();
    await clock.advance(1_000);
    const job = await claiming;
    job.update(0, { position: 40, end: 100 });
    await job.commit();

    const theirs = { offset: 70, metadata: encodeState({ position: 70, end: 100 }, { id: 'second', beat: 9 }) };
    stored = new Map([[0, theirs]]);
    await expect(job.release()).rejects.toMatchObject({ code: 'REDRIVE_TAKEN_OVER' });
    expect(stored.get(0)).toEqual(theirs);
  });
});
