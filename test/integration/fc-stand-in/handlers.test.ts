import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTool, ToolError } from '../../../infra/local/foreign/tool.ts';
import { describeForeign } from '../../helpers/foreign/describe-foreign.ts';
import { processIsGone } from '../../helpers/process-is-gone.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { standInForFile } from './fixture.ts';
import { invoke, jsonOf } from './raw-client.ts';

const python = await runTool('python3', ['--version']).then(
  (version) => ({ version }),
  (thrown: unknown) => {
    if (thrown instanceof ToolError) return { missing: thrown.message };
    throw thrown;
  },
);

const ROLE = { accessKeyId: 'STS.role', accessKeySecret: 'role-secret', securityToken: 'role-token' };

const standIn = standInForFile({
  echo: {
    role: ROLE,
    service: 'svc',
    qualifiers: ['prod'],
    environmentVariables: { GREETING: 'hello' },
    source: `let calls = 0;
      export async function handler(event, context) {
        console.log('got', event.toString());
        context.logger.warn('a warning');
        const { logger, ...rest } = context;
        return { calls: ++calls, isBuffer: Buffer.isBuffer(event), event: event.toString(), context: rest, pid: process.pid,
          environment: process.env, cwd: process.cwd() };
      }`,
  },
  answers: {
    source: `const answers = { buffer: Buffer.from([0, 255]), bytes: new Uint8Array([1, 2]), object: { a: [1] }, text: 'é', number: 12,
      nothing: undefined, null: null };
      export const handler = async (event) => answers[event.toString()];`,
  },
  failing: {
    source: `export async function handler(event) {
      console.log('before it fails');
      if (event.toString() === 'text') throw 'no error at all';
      if (event.toString() === 'exit') process.exit(3);
      if (event.toString() === 'later') { setTimeout(() => { throw new Error('uncaught') }, 1); await new Promise(() => undefined); }
      if (event.toString() === 'fine') return 'fine';
      throw new RangeError('line one\\nline two');
    }`,
  },
  hanging: {
    timeoutS: 1,
    source: `export const handler = async (event) => {
      if (event.toString() === 'hang') await new Promise(() => setInterval(() => undefined, 1e6));
    };`,
  },
  hungry: {
    memoryMb: 128,
    source: `const held = [];
      export const handler = async () => {
        for (let i = 0; i < 40; i++) held.push(Buffer.alloc(8e6, 1));
        await new Promise(() => setInterval(() => undefined, 1e6));
      };`,
  },
  'common-js': { file: 'index.cjs', source: `exports.handler = async (event) => 'cjs ' + event;` },
  nested: { handler: 'index.other', source: 'export const other = async () => "other";' },
  unloadable: { source: `throw new TypeError('cannot be loaded');` },
  'without-handler': { source: 'export const other = 1;' },
  initialized: {
    initializer: { handler: 'index.initialize', timeoutS: 20 },
    source: `let state = 'raw';
      export async function initialize(context) { state = 'initialized by ' + context.function.name; }
      export const handler = async () => state;`,
  },
  'bad-initializer': {
    initializer: { handler: 'index.initialize', timeoutS: 20 },
    source: `export async function initialize() { throw new Error('no start'); } export const handler = async () => 1;`,
  },
  'slow-initializer': {
    initializer: { handler: 'index.initialize', timeoutS: 1 },
    source: `export const initialize = () => new Promise(() => setInterval(() => undefined, 1e6)); export const handler = async () => 1;`,
  },
  python: {
    runtime: 'python3.10',
    role: ROLE,
    file: 'index.py',
    source: `import json, logging, os
def handler(event, context):
    print("printed", event)
    logging.getLogger().warning("logged")
    if event == b"fail":
        raise ValueError("from python")
    if event == b"exit":
        os._exit(3)
    if event == b"bytes":
        return b"\\x00\\xff"
    return {"event": event.decode(), "name": context.function.name, "key": context.credentials.access_key_id, "id": context.request_id}
`,
  },
});

const call = (name: string, body = '', headers: Record<string, string> = {}) =>
  invoke(standIn().server, name, { body, headers });
const errorOf = async (name: string, body = '') => {
  const answer = await call(name, body);
  return { status: answer.status, type: answer.headers['x-fc-error-type'], ...jsonOf(answer) };
};

async function expectLog(name: string, line: string, logged: RegExp): Promise<void> {
  await call(name, 'zero');
  const answer = await call(name, 'one', { 'x-fc-log-type': 'Tail' });
  const tail = Buffer.from(String(answer.headers['x-fc-log-result']), 'base64').toString();
  expect(tail).toContain(line);
  expect(tail).toMatch(logged);
  expect(tail).not.toContain('zero');
  expect(tail).toMatch(new RegExp(`^FC Invoke Start RequestId: ${answer.headers['x-fc-request-id']}\n`));
  expect(tail).toMatch(/FC Invoke End RequestId: .*\nDuration: .* Memory Size: 512 MB, Max Memory Used: .*\n$/);
  const folder = join(standIn().dir, 'logs', name);
  const logs = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  expect(logs.join()).toContain(tail);
}

describe('a function of Node.js', () => {
  it('is told what the platform tells, and nothing else of this machine', async () => {
    process.env['SECRET_OF_THE_TEST'] = 'x';
    const answer = await invoke(standIn().server, 'echo', { body: '[1]' }, 'prod');
    const told = jsonOf(answer) as { environment: Record<string, string>; context: unknown };
    expect(told).toMatchObject({ isBuffer: true, event: '[1]' });
    expect(told.context).toEqual({
      requestId: answer.headers['x-fc-request-id'],
      credentials: ROLE,
      function: { name: 'echo', handler: 'index.handler', memory: 512, timeout: 60 },
      service: { name: 'svc', logProject: '', logStore: '', qualifier: 'prod', versionId: '' },
      region: 'cn-hangzhou',
      accountId: standIn().server.accountId,
    });
    expect(told.environment).toMatchObject({ GREETING: 'hello', FC_FUNCTION_NAME: 'echo', TZ: 'UTC' });
    expect(Object.keys(told.environment)).not.toContain('SECRET_OF_THE_TEST');
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-fc-invocation-service-version': 'prod',
      'x-fc-instance-id': told.environment['FC_INSTANCE_ID'],
      'x-fc-code-checksum': expect.stringMatching(/^\d+$/),
      'x-fc-invocation-duration': expect.stringMatching(/^\d+$/),
      'x-fc-max-memory-usage': expect.stringMatching(/^\d+\.\d\d$/),
    });
  });

  it('is started once, and called again and again', async () => {
    const before = standIn().server.invocations('echo').length;
    const answers = [await call('echo'), await call('echo')].map(jsonOf);
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1);
    expect(Number(answers[1]?.['calls'])).toBe(Number(answers[0]?.['calls']) + 1);
    const booked = standIn().server.invocations('echo').slice(before);
    expect(booked).toMatchObject([
      { mode: 'sync', status: 200, attempt: 1, payloadBytes: 0, cold: before === 0, errorType: undefined },
      { cold: false },
    ]);
  });

  it.each([
    ['buffer', '\ufffd'],
    ['bytes', '\u0001\u0002'],
    ['object', '{"a":[1]}'],
    ['text', 'é'],
    ['number', '12'],
    ['nothing', ''],
    ['null', 'null'],
  ])('answers: %s', async (name, expected) => {
    const { status, body } = await call('answers', name);
    expect([status, body.replace('\0', '')]).toEqual([200, expected]);
  });

  it.each([
    ['common-js', 'x', 'cjs x'],
    ['nested', '', 'other'],
    ['initialized', '', 'initialized by initialized'],
  ])('is found and begun: %s', async (name, event, answer) => {
    expect(await call(name, event)).toMatchObject({ status: 200, body: answer });
  });

  it('answers 200 with its error when it throws, and lives on', async () => {
    const failed = await errorOf('failing');
    expect(failed).toMatchObject({
      status: 200,
      type: 'UnhandledInvocationError',
      errorMessage: 'line one\nline two',
      errorType: 'RangeError',
    });
    expect((failed as { stackTrace?: string[] }).stackTrace?.[0]).toMatch(/^at handler \(.*index\.mjs:\d+/);
    expect(await errorOf('failing', 'text')).toMatchObject({ errorMessage: 'no error at all', stackTrace: [] });
    expect(standIn().server.invocations('failing').at(-1)).toMatchObject({
      status: 200,
      errorType: 'UnhandledInvocationError',
      cold: false,
    });
  });

  it('answers 200 when its process ends, and begins anew', async () => {
    const gone =
      /^Process exited unexpectedly before completing request \(duration: \d+ms, maxMemoryUsage: [\d.]+MB\)$/;
    for (const way of ['exit', 'later']) {
      const failed = await errorOf('failing', way);
      expect(failed).toMatchObject({
        status: 200,
        type: 'UnhandledInvocationError',
        errorMessage: expect.stringMatching(gone),
      });
      expect((await call('failing', 'fine')).body).toBe('fine');
      expect(standIn().server.invocations('failing').at(-1)?.cold).toBe(true);
    }
  });

  it('is killed at its time limit', async () => {
    const failed = await errorOf('hanging', 'hang');
    expect(failed).toMatchObject({
      status: 200,
      type: 'UnhandledInvocationError',
      errorMessage: expect.stringMatching(/^Function timed out after 1 seconds \(maxMemoryUsage: [\d.]+MB\)$/),
    });
    await call('hanging');
    const [first, second] = standIn().server.invocations('hanging');
    expect(second?.instanceId).not.toBe(first?.instanceId);
  });

  it('is killed at its memory limit', async () => {
    const failed = await errorOf('hungry');
    expect(failed).toMatchObject({ status: 200, type: 'UnhandledInvocationError' });
    expect(
      Number(/maxMemoryUsage: ([\d.]+)MB/.exec(String((failed as { errorMessage?: string }).errorMessage))?.[1]),
    ).toBeGreaterThan(100);
  });

  it.each([
    ['unloadable', 'UnhandledInvocationError', 'cannot be loaded'],
    ['without-handler', 'UnhandledInvocationError', "Handler 'handler' is missing on module 'index'"],
    ['bad-initializer', 'InitializationError', 'no start'],
    ['slow-initializer', 'InitializationError', expect.stringContaining('Function timed out after 1 seconds')],
  ])('that cannot begin says so: %s', async (name, type, errorMessage) => {
    for (let time = 0; time < (name.startsWith('slow') ? 1 : 2); time++) {
      expect(await errorOf(name)).toMatchObject({ status: 200, type, errorMessage });
    }
    expect(
      standIn()
        .server.invocations(name)
        .every(({ cold }) => cold),
    ).toBe(true);
  });
});

describe('what a function logs', () => {
  it('is in the log tail of its call alone, and on disk', () => expectLog('echo', 'got one', /\[warn\] a warning/));

  it('is the last 4 KB, of failed calls too, and only for who asks', async () => {
    const answer = await call('failing', '', { 'x-fc-log-type': 'Tail' });
    const tail = Buffer.from(String(answer.headers['x-fc-log-result']), 'base64');
    expect(tail.length).toBeLessThanOrEqual(4096);
    expect(tail.toString()).toContain('before it fails');
    expect(tail.toString()).toContain('RangeError: line one');
    const long = await call('echo', 'y'.repeat(5000), { 'x-fc-log-type': 'Tail' });
    expect(Buffer.from(String(long.headers['x-fc-log-result']), 'base64').length).toBe(4096);
    expect((await call('echo')).headers).not.toHaveProperty('x-fc-log-result');
  });
});

describeForeign('a function of Python', python, () => {
  it('gets bytes and a context, and answers as the others', async () => {
    const answer = await call('python', 'x');
    const told = { event: 'x', name: 'python', key: 'STS.role', id: answer.headers['x-fc-request-id'] };
    expect(jsonOf(answer)).toEqual(told);
    expect((await call('python', 'bytes')).headers['content-length']).toBe('2');
  });

  it('fails as the others', async () => {
    expect(await errorOf('python', 'fail')).toMatchObject({
      type: 'UnhandledInvocationError',
      errorMessage: 'from python',
      errorType: 'ValueError',
      stackTrace: [expect.stringContaining('index.py')],
    });
    expect(await errorOf('python', 'exit')).toMatchObject({ errorMessage: expect.stringContaining('Process exited') });
  });

  it('has its log in the log tail of its call alone, and on disk', () =>
    expectLog('python', "printed b'one'", /\[WARNING\] logged/));
});

it('replaces a function: the next call runs the new code, in a new process', async () => {
  const { deploy, server } = standIn();
  await deploy('changing', { source: 'export const handler = async () => process.pid;' });
  const pid = Number((await call('changing')).body);
  await deploy('changing', { source: 'export const handler = async () => "new";' });
  expect((await call('changing')).body).toBe('new');
  await waitFor(() => processIsGone(pid), { what: 'the instance of the old code to end' });
  expect(server.killInstances('changing')).toBe(1);
});
