import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, inject, it, onTestFinished } from 'vitest';
import { functionFile, setupFc } from '../../helpers/fc.ts';
import { processIsGone } from '../../helpers/process-is-gone.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const PID = 'export const handler = async () => { console.log("hello"); return process.pid; };';

/** Asks a page of the stand-in's own. */
async function page(endpoint: string, name: string, method = 'GET', body?: unknown) {
  const answer = await fetch(`${endpoint}/__fc/${name}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: () => JSON.parse(text) as unknown };
}

it('deploys, calls and shows functions over HTTP, unsigned', async () => {
  const { server } = await setupFc();
  const ask = (name: string, method?: string, body?: unknown) => page(server.endpoint, name, method, body);
  const role = { accessKeyId: 'a', accessKeySecret: 'role-secret' };
  const fn = { name: 'hello', code: await functionFile(PID), environmentVariables: { KEY: 'p4ss' }, role };
  const deployed = await ask('functions', 'PUT', fn);
  expect(deployed.json()).toMatchObject([{ name: 'hello', timeoutS: 60, environmentVariables: ['KEY'] }]);
  expect(deployed.text).not.toMatch(/p4ss|role-secret/);
  const called = await ask('functions/hello/invocations', 'POST', [1]);
  expect(processIsGone(Number(called.text))).toBe(false);
  expect(Buffer.from(called.headers.get('x-fc-log-result') ?? '', 'base64').toString()).toContain('hello');
  const requestId = called.headers.get('x-fc-request-id');
  expect((await ask('functions/hello/invocations')).json()).toMatchObject([
    { requestId, mode: 'sync', payloadBytes: 3 },
  ]);
  expect((await ask('functions/hello/instances', 'DELETE')).json()).toEqual({ killed: 1 });
  await waitFor(() => processIsGone(Number(called.text)), { what: 'the instance to be gone' });
  expect((await ask('functions')).json()).toHaveLength(1);
  await server.close();
});

it('orders faults over HTTP, and says what is wrong with an order', async () => {
  const { server } = await setupFc();
  const ask = (name: string, method?: string, body?: unknown) => page(server.endpoint, name, method, body);
  expect((await ask('faults', 'POST', [{ kind: 'kill' }, { kind: 'hang', times: 2 }])).status).toBe(201);
  expect((await ask('faults')).json()).toMatchObject([
    { kind: 'hang', left: 2 },
    { kind: 'kill', left: 1 },
  ]);
  expect((await ask('faults', 'DELETE')).json()).toEqual([]);
  expect((await ask('faults')).json()).toEqual([]);
  expect((await ask('faults', 'POST', { kind: 'explode' })).status).toBe(400);
  expect((await ask('functions', 'PUT', { name: 'x', code: '/nowhere' })).json()).toEqual({
    error: 'function x: expected a folder with its code, there is no /nowhere',
  });
  expect((await ask('functions/nobody/invocations', 'POST', [])).status).toBe(404);
  expect((await ask('stats')).status).toBe(405);
});

it('leaves no instance behind when it is killed', async () => {
  const dir = await temporaryFolder();
  const local = spawn(process.execPath, [inject('cli'), 'local', 'fc', '--json', '--dir', dir], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void local.kill('SIGKILL'));
  let printed = '';
  local.stdout.on('data', (text: Buffer) => {
    printed += text.toString();
  });
  const line = await waitFor(() => printed.includes('\n') && printed, { what: 'the settings' });
  const { settings } = JSON.parse(line) as { settings: Record<string, string> };
  expect(Object.keys(settings)).toEqual([
    'INVOKE_FC_ENDPOINT',
    'INVOKE_FC_ACCOUNT_ID',
    'INVOKE_FC_REGION',
    'INVOKE_FC_ACCESS_KEY_ID',
    'INVOKE_FC_ACCESS_KEY_SECRET',
  ]);
  const endpoint = settings['INVOKE_FC_ENDPOINT'] ?? '';
  await page(endpoint, 'functions', 'PUT', { name: 'hello', code: await functionFile(PID) });
  const pid = Number((await page(endpoint, 'functions/hello/invocations', 'POST', [])).text);
  expect(processIsGone(pid)).toBe(false);
  const gone = once(local, 'exit');
  local.kill('SIGKILL');
  await gone;
  await waitFor(() => processIsGone(pid), { what: 'the instance to follow its server' });
});
