import type { Fault } from './fault.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

const DEFAULT_HOLD_MS = [500, 2_500] as const;
const PAUSE_MS = [200, 1_000] as const;

/** Injects faults one after the other, holds them all, lifts them in reverse order. */
export async function playRound(world: World, faults: readonly Fault[], random: Random): Promise<void> {
  const holds = faults.map(({ holdMs = DEFAULT_HOLD_MS }) => random.int(...holdMs));
  const lifts: (() => Promise<void>)[] = [];
  for (const fault of faults) lifts.push(await fault.inject(world, random.fork()));
  await world.sleep(Math.max(...holds));
  for (const lift of lifts.reverse()) await lift();
  await world.calm();
  await world.sleep(random.int(...PAUSE_MS));
}
