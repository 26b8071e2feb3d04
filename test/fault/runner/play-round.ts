import type { Fault } from './fault.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

const DEFAULT_HOLD_MS = [500, 2_500] as const;
const PAUSE_MS = [200, 1_000] as const;

/** Injects faults one after the other, holds them all, lifts them in reverse order. */
export async function playRound(world: World, faults: readonly Fault[], random: Random): Promise<void> {
  const holds = faults.map(({ holdMs = DEFAULT_HOLD_MS }) => random.int(...holdMs));
  const drawn = faults.map((fault) => ({ fault, own: random.fork() }));
  drawn.sort((a, b) => Number(b.fault.comesFirst ?? false) - Number(a.fault.comesFirst ?? false));
  const lifts: (() => Promise<void>)[] = [];
  for (const { fault, own } of drawn) lifts.push(await fault.inject(world, own));
  await world.sleep(Math.max(...holds));
  for (const lift of lifts.reverse()) await lift();
  await world.calm();
  await world.sleep(random.int(...PAUSE_MS));
}
