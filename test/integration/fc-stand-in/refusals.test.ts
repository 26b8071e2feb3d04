import { describe, expect, it } from 'vitest';
import { standInForFile } from './fixture.ts';
import { invoke, invokeAsync, jsonOf, type RawAnswer, sendRaw } from './raw-client.ts';

const MIB = 1024 * 1024;
const TEMPORARY = { accessKeyId: 'STS.N', accessKeySecret: 'temporary', securityToken: 'CAIS+token==' };

const standIn = standInForFile({
  fn: {
    source: 'export const handler = async (event) => String(event.length);',
    service: 'svc',
    qualifiers: ['prod', '3'],
  },
  tasks: {
    source: 'export const handler = async () => 1;',
    service: 'svc',
    async: { task: true, maxRetries: 2, onFailure: 'fn' },
  },
  alone: { source: 'export const handler = async () => "alone";' },
});

const V2 = '/2016-08-15/services';
const invokeOld = (path: string, body = '', headers = {}) =>
  sendRaw(standIn().server, 'POST', `${V2}/${path}/invocations`, { body, headers });
const codeOf = (answer: RawAnswer) =>
  `${answer.status} ${String(jsonOf(answer)['Code'] ?? jsonOf(answer)['ErrorCode'])}`;

describe('errors', () => {
  it('have the form of the interface that was asked', async () => {
    const answer = await invoke(standIn().server, 'missing');
    expect(jsonOf(answer)).toEqual({
      Code: 'FunctionNotFound',
      Message: "function 'missing' does not exist",
      RequestId: answer.headers['x-fc-request-id'],
    });
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/json']);
    const older = await invokeOld('svc/functions/missing');
    expect(jsonOf(older)).toEqual({
      ErrorCode: 'FunctionNotFound',
      ErrorMessage: "function 'missing' does not exist in service 'svc'",
    });
    expect(older.headers['x-fc-request-id']).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$/);
  });

  it.each([
    ['svc/functions/fn', '200'],
    ['svc.prod/functions/fn', '200'],
    ['svc.3/functions/fn', '200'],
    ['other/functions/fn', '404 ServiceNotFound'],
    ['svc/functions/alone', '404 FunctionNotFound'],
    ['svc.dev/functions/fn', '404 AliasNotFound'],
    ['svc.4/functions/fn', '404 VersionNotFound'],
    ['svc', '400 PathNotSupported'],
  ])('2.0: %s is %s', async (path, expected) => {
    const answer = await invokeOld(path);
    expect(answer.status === 200 ? '200' : codeOf(answer)).toBe(expected);
  });

  it.each([
    ['prod', '200'],
    ['LATEST', '200'],
    ['dev', '404 AliasNotFound'],
    ['4', '404 VersionNotFound'],
  ])('3.0: the qualifier %s is %s', async (qualifier, expected) => {
    const answer = await invoke(standIn().server, 'fn', {}, qualifier);
    expect(answer.status === 200 ? '200' : codeOf(answer)).toBe(expected);
  });

  it.each([
    ['x-fc-invocation-type', 'Later'],
    ['x-fc-log-type', 'Head'],
  ])('refuses %s: %s', async (name, value) => {
    expect(codeOf(await invoke(standIn().server, 'fn', { headers: { [name]: value } }))).toBe('400 InvalidArgument');
  });
});

describe('an event', () => {
  it.each([
    [6 * MIB, '200', '200'],
    [6 * MIB + 1, '400 EntityTooLarge', '200'],
    [32 * MIB, '400 EntityTooLarge', '200'],
    [32 * MIB + 1, '400 EntityTooLarge', '400 EntityTooLarge'],
  ])('of %i bytes is for 2.0 %s, for 3.0 %s', async (bytes, older, newer) => {
    const body = Buffer.alloc(bytes, 'a');
    const answers = [
      await sendRaw(standIn().server, 'POST', `${V2}/svc/functions/fn/invocations`, { body }),
      await invoke(standIn().server, 'fn', { body }),
    ];
    expect(answers.map((answer) => (answer.status === 200 ? '200' : codeOf(answer)))).toEqual([older, newer]);
    for (const { status, body: length } of answers) if (status === 200) expect(length).toBe(String(bytes));
  });

  it('of an asynchronous call has at most 128 KiB', async () => {
    const { server } = standIn();
    expect((await invokeAsync(server, 'fn', 'a'.repeat(128 * 1024))).status).toBe(202);
    expect(codeOf(await invokeAsync(server, 'fn', 'a'.repeat(128 * 1024 + 1)))).toBe('400 EntityTooLarge');
    await server.asyncSettled();
  });
});

describe('a signature on the wire', () => {
  it.each([
    ['3.0', (raw: object) => invoke(standIn().server, 'fn', raw)],
    ['2.0', (raw: object) => sendRaw(standIn().server, 'POST', `${V2}/svc/functions/fn/invocations`, raw)],
  ])('is verified, %s', async (_api, send) => {
    const wrong = { accessKeyId: 'LTAI5tFunctionCompute', accessKeySecret: 'wrong' };
    expect(codeOf(await send({ keys: wrong }))).toBe('403 SignatureNotMatch');
    expect(codeOf(await send({ keys: { ...wrong, accessKeyId: 'nobody' } }))).toBe('403 InvalidAccessKeyID');
    const without = (headers: Record<string, string>) => delete headers['authorization'];
    expect(codeOf(await send({ tamper: without }))).toBe('400 MissingRequiredHeader');
    const { server } = standIn();
    server.setCredentials([TEMPORARY]);
    try {
      expect((await send({ keys: TEMPORARY })).status).toBe(200);
      expect(codeOf(await send({ keys: { ...TEMPORARY, securityToken: 'old' } }))).toBe('403 InvalidSecurityToken');
      expect(codeOf(await send({}))).toBe('403 InvalidAccessKeyID');
    } finally {
      server.setCredentials([{ accessKeyId: 'LTAI5tFunctionCompute', accessKeySecret: 'secret-of-the-test' }]);
    }
  });

  it('by ACS3 covers the body', async () => {
    const answer = await invoke(standIn().server, 'fn', { body: '[1]', sentBody: '[2]' });
    expect(codeOf(answer)).toBe('403 SignatureNotMatch');
  });
});

it('tells what a function is, to both interfaces', async () => {
  const { server } = standIn();
  const answer = await sendRaw(server, 'GET', '/2023-03-30/functions/fn');
  expect(jsonOf(answer)).toMatchObject({
    functionName: 'fn',
    functionArn: `acs:fc:cn-hangzhou:${server.accountId}:functions/fn`,
    runtime: 'nodejs20',
    handler: 'index.handler',
    memorySize: 512,
    timeout: 60,
    state: 'Active',
  });
  expect(jsonOf(await sendRaw(server, 'GET', `${V2}/svc.prod/functions/fn`))).toMatchObject({
    functionName: 'fn',
    timeout: 60,
  });
  expect(codeOf(await sendRaw(server, 'GET', '/2023-03-30/functions/missing'))).toBe('404 FunctionNotFound');
  expect(codeOf(await sendRaw(server, 'GET', '/2023-03-30/functions/fn?qualifier=dev'))).toBe('404 AliasNotFound');
});

it('tells what becomes of asynchronous calls, where that was set', async () => {
  const { server } = standIn();
  const settings = {
    maxAsyncRetryAttempts: 2,
    maxAsyncEventAgeInSeconds: 86_400,
    destinationConfig: { onFailure: { destination: 'fn' } },
  };
  const ask = (path: string) => sendRaw(server, 'GET', `${path}/async-invoke-config`);
  expect(jsonOf(await ask('/2023-03-30/functions/tasks'))).toMatchObject({ ...settings, asyncTask: true });
  expect(jsonOf(await ask(`${V2}/svc/functions/tasks`))).toMatchObject({ ...settings, statefulInvocation: true });
  expect(codeOf(await ask('/2023-03-30/functions/fn'))).toBe('404 AsyncConfigNotExists');
});
