import { expect, it } from 'vitest';
import { BatchSettlement } from '../../../../functions/elasticsearch-sink/batch-settlement.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { records } from './writer-setup.ts';

it('stays stopped when the clock is set back', async () => {
  const clock = new ManualClock();
  const context = { signal: new AbortController().signal, deadlineAt: clock.now() + 1_000 };
  const settlement = new BatchSettlement(records(2), context, clock);
  settlement.begin();
  expect(settlement.stopped).toBeUndefined();
  await clock.advance(501);
  expect(settlement.stopped).toMatchObject({ code: 'DEADLINE_NEAR' });
  clock.setBack(400);
  expect(settlement.stopped).toMatchObject({ code: 'DEADLINE_NEAR' });
});
