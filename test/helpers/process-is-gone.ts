import { readFileSync } from 'node:fs';

/** Whether no process `pid` runs any more; one that ended and that nobody has waited for yet counts as gone. */
export function processIsGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // No /proc on this system: what signal 0 said counts.
    return false;
  }
}
