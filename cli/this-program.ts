/** The file that this process was started with, and which part of the program a thread of it is. */
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMainThread, workerData } from 'node:worker_threads';
import type { ThreadSeat } from '../functions/dispatcher/threads/messages.ts';

/** Absent in the main thread of a process. */
export const threadSeat: ThreadSeat | undefined = isMainThread ? undefined : workerData?.spillway;

/** Path of the file that threads run: the one that `node` runs, whatever it is bundled with and wherever a link to it lies. */
export function thisProgram(): string {
  const program = realpathSync(process.argv[1] ?? '');
  return program.endsWith('.ts') ? join(dirname(program), 'thread-from-sources.mjs') : program;
}
