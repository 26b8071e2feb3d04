/** Folders that go when the process goes. */
import { rmSync } from 'node:fs';

const folders = new Set<string>();
let hookInstalled = false;

/** Removes `folder` when this process exits in order. The returned function forgets it again. */
export function removedAtExit(folder: string): () => void {
  folders.add(folder);
  if (!hookInstalled) {
    hookInstalled = true;
    process.on('exit', () => {
      // Retried: a process that was killed a moment ago may still write there.
      for (const each of folders) rmSync(each, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    });
  }
  return () => void folders.delete(folder);
}
