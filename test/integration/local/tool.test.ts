import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runTool } from '../../../infra/local/foreign/tool.ts';
import { processIsGone } from '../../helpers/process-is-gone.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const TOOL = new URL('../../../infra/local/foreign/tool.ts', import.meta.url).href;
/** Writes who it is into the file that it is given, and goes on for ever. */
const ENDLESS = `require('fs').writeFileSync(process.argv[1], String(process.pid)); console.log('began'); setInterval(() => {}, 1000)`;

const pidIn = async (file: string) => Number(await readFile(file, 'utf8').catch(() => '0'));

it.runIf(process.platform === 'linux')('a tool ends with whoever runs it, also when that one is killed', async () => {
  const file = join(await temporaryFolder(), 'pid');
  const program = `import { runTool } from '${TOOL}'; await runTool(process.execPath, ${JSON.stringify(['-e', ENDLESS, file])})`;
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: 'inherit',
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  await waitFor(async () => (await pidIn(file)) > 0, { what: 'the tool to run' });
  const pid = await pidIn(file);
  onTestFinished(() => {
    if (!processIsGone(pid)) process.kill(pid, 'SIGKILL');
  });
  parent.kill('SIGKILL');
  await waitFor(() => processIsGone(pid), { what: 'the tool to follow' });
});

it('a tool ends at its limit, with what it said until then', async () => {
  const file = join(await temporaryFolder(), 'pid');
  const refused = runTool(process.execPath, ['-e', ENDLESS, file], { limitMs: 2_000 });
  await expect(refused).rejects.toMatchObject({
    message: expect.stringMatching(/killed after 2000 ms/),
    notFound: false,
  });
  const pid = await pidIn(file);
  if (pid > 0) expect(processIsGone(pid)).toBe(true);
});

it('tells a tool that is not there from one that fails', async () => {
  await expect(runTool('no-such-tool-here', [])).rejects.toMatchObject({ notFound: true });
  const failing = runTool(process.execPath, ['-e', 'console.error("bad luck"); process.exit(3)']);
  await expect(failing).rejects.toMatchObject({ notFound: false, message: expect.stringContaining('bad luck') });
});

it('a worker of the test runner ends with the run that started it, in the middle of a test', async () => {
  const setup = new URL('../../helpers/end-with-the-run.ts', import.meta.url).href;
  const test = `await import('${setup}'); process.send('began'); setInterval(() => {}, 1000);`;
  const worker = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', test], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(() => void worker.kill('SIGKILL'));
  await once(worker, 'message');
  const ended = once(worker, 'exit');
  // What a worker sees of a runner that is gone.
  worker.disconnect();
  expect(await ended).toEqual([null, 'SIGKILL']);
});
