import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new empty folder in `parent` (the system's temporary folder by default) that is removed when the test which made it is finished.
 *  Call it from inside a test. */
export async function temporaryFolder(parent = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(parent, 'spillway-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
