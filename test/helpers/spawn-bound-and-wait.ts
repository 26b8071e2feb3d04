/** A program for a test to kill: starts a child that would sleep for an hour, prints its process id, then waits for ever, or ends in
 *  order when told `exit`. Its first argument is a folder for the child's log. It waits for the child to run first, unless told `at-once`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnBound } from '../../infra/local/supervise/bound-process.ts';
import { waitFor } from './wait-for.ts';

const mode = process.argv[3];
const logFile = join(process.argv[2] ?? '', 'child.log');
const program = 'console.log("running"); setInterval(() => undefined, 3_600_000)';
const child = await spawnBound(process.execPath, ['-e', program], { logFile });
if (mode !== 'at-once')
  await waitFor(() => readFileSync(logFile, 'utf8').includes('running'), { what: 'the child to run' });
console.log(child.pid);
if (mode === 'exit') process.exit(0);
setInterval(() => undefined, 60_000);
