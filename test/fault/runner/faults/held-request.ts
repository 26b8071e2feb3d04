import type { FaultOrder } from '../../../../infra/local/maxcompute/server.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import type { MaxComputeTarget } from '../world.ts';

/** Resolves when each of these orders has befallen a request: what is held or delayed is under way from then on.
 *  What is held is done when the round is over (`world.calm`). */
export async function untilBefallen(
  { order, ordered }: MaxComputeTarget,
  ...orders: readonly FaultOrder[]
): Promise<void> {
  const before = await ordered();
  await order(...orders);
  await waitFor(async () => (await ordered()) <= before, { what: `${JSON.stringify(orders)} to befall a request` });
}
