import type { World } from '../world.ts';

/** Past `fetch.max.wait.ms`: a fetch that is under way is answered with what comes until then, and that would be read after all. */
const FETCHES_OVER_MS = 1_500;

/** Lets no worker read or write meanwhile. */
export async function whileAsleep<T>(world: World, happens: () => Promise<T>): Promise<T> {
  for (const slot of world.workers.slots) slot.signal('SIGSTOP');
  try {
    await world.sleep(FETCHES_OVER_MS);
    return await happens();
  } finally {
    world.workers.wake();
  }
}
