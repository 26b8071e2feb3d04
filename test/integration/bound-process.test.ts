import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { spawnBound } from '../../infra/local/supervise/bound-process.ts';
import { processIsGone } from '../helpers/process-is-gone.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { waitFor } from '../helpers/wait-for.ts';

const SCRIPT = join(import.meta.dirname, '../helpers/spawn-bound-and-wait.ts');
/** Without a PATH there is no `setpriv`, so the watching process must do it. */
const WAYS = { 'by the kernel': process.env['PATH'], 'by a watcher': '' };

async function startParent(path: string | undefined, ...args: string[]) {
  const parent = spawn(process.execPath, ['--import', 'tsx', SCRIPT, await temporaryFolder(), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PATH: path },
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const ended = once(parent, 'exit');
  const { value } = await createInterface({ input: parent.stdout })[Symbol.asyncIterator]().next();
  return { parent, childPid: Number(value), ended };
}

describe.each(Object.entries(WAYS))('spawnBound, %s', (_name, path) => {
  it('ends the child when its parent is killed with SIGKILL', async () => {
    const { parent, childPid } = await startParent(path);
    expect(processIsGone(childPid)).toBe(false);
    parent.kill('SIGKILL');
    await waitFor(() => processIsGone(childPid), { what: 'the child to follow its parent' });
  });

  // Killed at once, the parent may die while the bond is being made; several tries meet several moments of it.
  it.each([1, 2, 3, 4, 5, 6])('leaves no child whenever the parent is killed, try %i', async () => {
    const { parent, childPid } = await startParent(path, 'at-once');
    parent.kill('SIGKILL');
    await waitFor(() => processIsGone(childPid), { what: `child ${childPid} to follow its parent` });
  });

  it('ends the child when its parent exits without stopping it', async () => {
    const { childPid, ended } = await startParent(path, 'exit');
    expect(await ended).toEqual([0, null]);
    await waitFor(() => processIsGone(childPid), { what: 'the child to follow its parent' });
  });
});

describe('spawnBound', () => {
  it('tells by code 127 that there is no such command', async () => {
    const child = await spawnBound('/nonexistent/command', [], { logFile: devNull });
    expect(await child.exited).toEqual({ code: 127, signal: null });
  });

  it('gives the child a pipe of two ways, where it is asked for', async () => {
    const echo = "new (require('net').Socket)({ fd: 3, readable: true, writable: true }).pipe(process.stdout)";
    const logFile = join(await temporaryFolder(), 'log');
    const child = await spawnBound(process.execPath, ['-e', echo], { logFile, channel: true });
    child.channel?.end('to the child');
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(await readFile(logFile, 'utf8')).toBe('to the child');
    expect((await spawnBound('true', [], { logFile })).channel).toBeUndefined();
  });

  it('tells how the child ended', async () => {
    const child = await spawnBound(process.execPath, ['-e', 'process.exit(7)'], { logFile: devNull });
    expect(await child.exited).toEqual({ code: 7, signal: null });
  });

  it('runs it where, as whom and with the environment it is told', async () => {
    const logFile = join(await temporaryFolder(), 'child.log');
    const isRoot = process.getuid?.() === 0;
    const user = { uid: 65_534, gid: 65_534 };
    const env = { PATH: process.env['PATH'], WORD: 'told' };
    const script = ['-c', 'echo "$(id -u) $(id -G) $WORD $PWD"'];
    const child = await spawnBound('/bin/sh', script, { logFile, env, cwd: '/usr', ...(isRoot ? { user } : {}) });
    expect(await child.exited).toEqual({ code: 0, signal: null });
    const log = await readFile(logFile, 'utf8');
    expect(log).toMatch(isRoot ? /^65534 65534 told \/usr$/m : /^\d+ [\d ]+ told \/usr$/m);
  });
});
