/** A file that keeps several processes from doing the same work at once. It saves work only: nothing may be wrong when two do it after all,
 *  as when one that was stopped for long goes on. */
import { open, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;
const TOUCH_EVERY_MS = 5_000;
/** A lock that was not touched for so long is that of a process that died. By the age of the file and not by a process id, which says
 *  nothing in another container. */
const ABANDONED_AFTER_MS = 60_000;

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

async function tryLock(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx')).close();
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS;
}

/** Runs `work` while no other process that names the same `file` does, or not at all when `isDone` before it is our turn.
 *  @param file made and removed here; its folder must be there
 *  @throws what `work` throws; Error of the file system when the file cannot be made */
export async function lockedUnless(isDone: () => boolean, file: string, work: () => Promise<void>): Promise<void> {
  while (!(await tryLock(file))) {
    if (await isAbandoned(file)) await rm(file, { force: true });
    else await sleep(LOOK_EVERY_MS);
    if (isDone()) return;
  }
  const touching = setInterval(() => {
    const now = new Date();
    // Removed by somebody who took us for dead: then it is theirs.
    utimes(file, now, now).catch(() => undefined);
  }, TOUCH_EVERY_MS);
  touching.unref();
  try {
    if (!isDone()) await work();
  } finally {
    clearInterval(touching);
    await rm(file, { force: true });
  }
}
