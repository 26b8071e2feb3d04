import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FcFunction, FcServerOptions } from '../../../infra/local/fc/server.ts';
import { functionFile, setupFc, startedFc } from '../../helpers/fc.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { invoke, invokeAsync, jsonOf, sendRaw } from './raw-client.ts';

/** Throws as often as the event says. */
const FAILING = `let failures = 0;
export const handler = async (event) => {
  if (failures++ < Number(event)) throw new Error('failure ' + failures);
  return 'done';
};`;
/** Writes down its event. */
const TOLD = `import { appendFileSync } from 'node:fs';
export const handler = async (event) => appendFileSync(process.env.OUT, event + '\\n');`;

/** A function `fn`, and one that is told how calls of it ended. */
async function worldForTest(settings: FcFunction['async'] = {}, options: Partial<FcServerOptions> = {}) {
  const out = join(await temporaryFolder(), 'told.jsonl');
  const told = { name: 'told', code: await functionFile(TOLD), environmentVariables: { OUT: out } };
  const fn = { name: 'fn', code: await functionFile(FAILING), service: 'svc', async: settings };
  const { server, dir } = await setupFc({ retryBackoffMs: 1, functions: [fn, told], ...options });
  const toldEvents = () =>
    (existsSync(out) ? readFileSync(out, 'utf8') : '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const attempts = () => server.invocations('fn').map(({ attempt, status, errorType }) => [attempt, status, errorType]);
  return { server, dir, functions: [fn, told], toldEvents, attempts };
}

describe('an asynchronous call', () => {
  it('is answered 202 at once, runs, and tells of its success', async () => {
    const { server, toldEvents, attempts } = await worldForTest({ onSuccess: 'told' });
    const answer = await invokeAsync(server, 'fn', '0');
    expect([answer.status, answer.body]).toEqual([202, '']);
    await server.asyncSettled();
    expect(attempts()).toEqual([[1, 200, undefined]]);
    const requestId = answer.headers['x-fc-request-id'];
    expect(server.invocations('fn')).toMatchObject([{ requestId, mode: 'async', payloadBytes: 1 }]);
    expect(toldEvents()).toEqual([
      {
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        requestContext: {
          requestId,
          functionArn: `acs:fc:cn-hangzhou:${server.accountId}:functions/fn/LATEST`,
          condition: 'Success',
          approximateInvokeCount: 1,
        },
        requestPayload: '0',
        responseContext: { statusCode: 200, functionError: '' },
        responsePayload: 'done',
      },
    ]);
  });

  it('is run again when its function fails, and tells when it may not be any more', async () => {
    const { server, toldEvents, attempts } = await worldForTest({
      maxRetries: 1,
      onFailure: 'acs:fc:cn-hangzhou:1:functions/told',
    });
    await invokeAsync(server, 'fn', '3');
    await server.asyncSettled();
    const failed = 'UnhandledInvocationError';
    expect(attempts()).toEqual([
      [1, 200, failed],
      [2, 200, failed],
    ]);
    expect(toldEvents()).toMatchObject([
      {
        requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2 },
        requestPayload: '3',
        responseContext: { statusCode: 200, functionError: failed },
      },
    ]);
    expect(JSON.parse(String(toldEvents()[0]?.['responsePayload']))).toMatchObject({ errorMessage: 'failure 2' });
    await invokeAsync(server, 'fn', '3');
    await server.asyncSettled();
    expect(attempts().slice(2)).toEqual([
      [1, 200, failed],
      [2, 200, undefined],
    ]);
    expect(toldEvents()).toHaveLength(1);
  });

  it('comes again for as long as the platform refuses it, which uses up no retry', async () => {
    const { server, attempts } = await worldForTest({ maxRetries: 0 });
    server.setFault({ kind: 'refuse-run', times: 3 });
    server.setFault({ kind: 'refuse-run', status: 500, code: 'InternalServerError' });
    await invokeAsync(server, 'fn', '0');
    await server.asyncSettled();
    expect(attempts()).toEqual([
      ...Array.from({ length: 3 }, () => [1, 429, 'ResourceThrottled']),
      [1, 500, 'InternalServerError'],
      [1, 200, undefined],
    ]);
  });

  it('is given up when it is too old', async () => {
    let now = Date.now();
    const { server, toldEvents } = await worldForTest({ maxAgeS: 60, onFailure: 'told' }, { clock: () => now });
    server.setFault({ kind: 'refuse-run', times: 1_000_000, function: 'fn' });
    await invokeAsync(server, 'fn', '0');
    await waitFor(() => server.invocations('fn').length > 1, { what: 'two refusals' });
    now += 61_000;
    await server.asyncSettled();
    expect(toldEvents()).toMatchObject([
      {
        requestContext: { condition: 'EventAgeExceeded' },
        responseContext: { statusCode: 429, functionError: 'ResourceThrottled' },
      },
    ]);
  });

  it('waits for as long as it was asked to', async () => {
    const { server } = await worldForTest();
    const delayed = (delay: string) =>
      invoke(server, 'fn', { headers: { 'x-fc-invocation-type': 'Async', 'x-fc-async-delay': delay } });
    const sentAt = Date.now();
    expect((await delayed('0.05')).status).toBe(202);
    await server.asyncSettled();
    // A timer may be a little early.
    expect((server.invocations('fn')[0]?.at ?? 0) - sentAt).toBeGreaterThan(45);
    for (const wrong of ['3600', '0', 'soon']) expect((await delayed(wrong)).status).toBe(400);
  });
});

describe('an id of an asynchronous call', () => {
  it('is taken once where calls are tasks: 409 says that it is there', async () => {
    const { server } = await worldForTest({ task: true });
    expect((await invokeAsync(server, 'fn', '0', 'batch-1')).status).toBe(202);
    await server.asyncSettled();
    const again = await invokeAsync(server, 'fn', '0', 'batch-1');
    expect([again.status, jsonOf(again)['Code']]).toEqual([409, 'StatefulAsyncInvocationAlreadyExists']);
    const headers = { 'x-fc-invocation-type': 'Async', 'x-fc-stateful-async-invocation-id': 'batch-1' };
    const older = await sendRaw(server, 'POST', '/2016-08-15/services/svc/functions/fn/invocations', { headers });
    expect([older.status, jsonOf(older)['ErrorCode']]).toEqual([409, 'StatefulAsyncInvocationAlreadyExists']);
    expect(server.invocations('fn').map(({ taskId }) => taskId)).toEqual(['batch-1']);
  });

  it('means nothing where they are not', async () => {
    const { server } = await worldForTest();
    for (let time = 0; time < 2; time++) expect((await invokeAsync(server, 'fn', '0', 'batch-1')).status).toBe(202);
    await server.asyncSettled();
    expect(server.invocations('fn')).toHaveLength(2);
  });

  it.each(['1batch', 'a b', 'a'.repeat(129), '-a'])('has a form: %s', async (id) => {
    const { server } = await worldForTest({ task: true });
    expect(jsonOf(await invokeAsync(server, 'fn', '0', id))['Code']).toBe('InvalidArgument');
  });
});

it('goes on where a server that ended left off', async () => {
  const dir = await temporaryFolder();
  const { server, functions } = await worldForTest({ task: true, maxRetries: 1 }, { dir, retryBackoffMs: 600_000 });
  await invokeAsync(server, 'fn', '5', 'failed-once');
  await waitFor(() => server.invocations('fn').length === 1, { what: 'the first attempt' });
  server.setFunction({ ...functions[0], name: 'waiting', code: functions[0]?.code ?? '', maxInstances: 0 });
  await invokeAsync(server, 'waiting', '0');
  await server.close();

  const next = await startedFc({ dir, functions: [], retryBackoffMs: 1 });
  try {
    for (const fn of functions) next.server.setFunction(fn);
    await next.server.asyncSettled('fn');
    // One failure was counted before, so there is one attempt left.
    expect(next.server.invocations('fn')).toMatchObject([{ attempt: 2, taskId: 'failed-once' }]);
    expect((await invokeAsync(next.server, 'fn', '0', 'failed-once')).status).toBe(409);
    next.server.setFunction({ name: 'waiting', code: functions[0]?.code ?? '' });
    await next.server.asyncSettled();
    expect(next.server.invocations('waiting')).toMatchObject([{ attempt: 1, errorType: undefined }]);
  } finally {
    await next.stop();
  }
});
