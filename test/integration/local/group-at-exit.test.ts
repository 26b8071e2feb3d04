import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { processIsGone } from '../../helpers/process-is-gone.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const HELPERS = join(import.meta.dirname, '../../../infra/local/supervise');

/** Binds a launcher that starts what goes on writing to a folder, which is to be removed, and exits in order when that writes. */
const PROGRAM = `
import { existsSync } from 'node:fs';
import { spawnBound } from '${HELPERS}/bound-process.ts';
import { removedAtExit } from '${HELPERS}/temporary-folder.ts';
const [folder, pids] = process.argv.slice(-2);
removedAtExit(folder);
const script = 'sh -c \\'while :; do mkdir -p "$1/data" && : > "$1/data/$((i = i + 1))"; done\\' sh "$1" & echo $! > "$2.new"; mv "$2.new" "$2"; wait';
await spawnBound('/bin/sh', ['-c', script, 'sh', folder, pids], { logFile: pids + '.log' });
const timer = setInterval(() => {
  if (existsSync(pids) && existsSync(folder + '/data')) process.exit(0);
}, 10);
`;

it('ends what a launcher started, and leaves no folder, when the process that bound it exits in order', async () => {
  const outer = await temporaryFolder();
  const folder = join(outer, 'node');
  const pids = join(outer, 'pids');
  await mkdir(folder);
  const args = ['--import', 'tsx', '--input-type=module', '-e', PROGRAM, folder, pids];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  expect(await once(parent, 'exit')).toEqual([0, null]);
  const writer = Number(await readFile(pids, 'utf8'));
  await waitFor(() => processIsGone(writer), { what: `what the launcher started (${writer}) to end` });
  expect(existsSync(folder)).toBe(false);
});
