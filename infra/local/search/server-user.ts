/** The servers refuse to run as root: started by root, they run as a user without any rights, who must get to their files. */
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ProcessUser } from '../supervise/bound-process.ts';
import { SearchUnavailableError } from './errors.ts';

/** `nobody` of most systems. It need not have an entry. */
const NOBODY: ProcessUser = { uid: 65_534, gid: 65_534 };
const MAY_PASS = 0o001;
const OPEN = 0o755;

/** Undefined where the servers run as the user that we are. */
export function serverUser(): ProcessUser | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/** The first folder above `path` (which need not exist) that keeps the servers' user from it. */
export function barrier(path: string): string | undefined {
  if (serverUser() === undefined) return undefined;
  const parent = dirname(resolve(path));
  if (parent === resolve(path)) return undefined;
  const above = barrier(parent);
  if (above !== undefined) return above;
  return !existsSync(parent) || (statSync(parent).mode & MAY_PASS) !== 0 ? undefined : parent;
}

/** Whether the servers' user gets to `path`. */
export function passable(path: string): boolean {
  return barrier(path) === undefined;
}

/** @param instead what else can be done about it: `choose another folder than FOLDER`
 *  @throws SearchUnavailableError when the servers' user may not enter `folder` */
export function mustPass(folder: string, instead: string): void {
  const closed = barrier(join(folder, 'any'));
  if (closed === undefined) return;
  throw new SearchUnavailableError(
    `A search server does not run as root, and no other user may enter ${closed}: ${instead}, or allow it (chmod o+x ${closed}).`,
  );
}

/** Makes `folder` and what is missing above it; the servers' user may enter what is made, whatever our mask. What was there stays as it is. */
export function makeOpenFolder(folder: string): void {
  // Synchronous, so that nobody of this process sees it before it is open.
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined || serverUser() === undefined) return;
  const highest = resolve(first);
  for (let each = resolve(folder); each.length >= highest.length; each = dirname(each)) {
    chmodSync(each, OPEN);
    if (each === dirname(each)) break;
  }
}
