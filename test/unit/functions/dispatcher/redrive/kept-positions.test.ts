import { describe, expect, it } from 'vitest';
import { KeptPositions } from '../../../../../functions/dispatcher/redrive/kept-positions.ts';
import { encodeState } from '../../../../../functions/dispatcher/redrive/position-state.ts';
import type { KafkaAdmin } from '../../../../../shared/kafka/driver.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

const theirs = { offset: 70, metadata: encodeState({ position: 70, end: 100 }, { id: 'second', beat: 9 }) };

/** Of one partition with 100 records, by the run `first`. */
async function claimed() {
  const stored = new Map<number, { offset: number; metadata: string }>();
  const admin = {
    committedOffsets: async () => new Map(stored),
    commitOffsets: async (_: string, offsets: { partition: number; offset: number; metadata: string }[]) => {
      for (const { partition, offset, metadata } of offsets) stored.set(partition, { offset, metadata });
    },
  } as unknown as KafkaAdmin;
  const clock = new ManualClock();
  const ranges = [{ topic: 'errors', partition: 0, from: 0, to: 100 }];
  const spec = { group: 'g', topic: 'errors', runId: 'first', again: false, ranges };
  const claiming = KeptPositions.claim(spec, { admin, clock, notify: () => undefined });
  await settle();
  await clock.advance(1_000);
  return { kept: await claiming, clock, stored };
}

describe('KeptPositions', () => {
  it('leaves the position alone when it stood still and another run took over before its last commit', async () => {
    const { kept, stored } = await claimed();
    kept.update(0, { position: 40, end: 100 });
    await kept.commit();
    stored.set(0, theirs);
    await expect(kept.release()).rejects.toMatchObject({ code: 'REDRIVE_TAKEN_OVER' });
    expect(stored.get(0)).toEqual(theirs);
  });

  it('makes sure that the redrive is still its own when the clock was set back', async () => {
    const { kept, clock, stored } = await claimed();
    await kept.stillOurs();
    // It stood still meanwhile, for nobody knows how long.
    clock.setBack(3_600_000);
    stored.set(0, theirs);
    await expect(kept.stillOurs()).rejects.toMatchObject({ code: 'REDRIVE_TAKEN_OVER' });
    expect(stored.get(0)).toEqual(theirs);
  });
});
