import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FcFaultOrder } from '../../../infra/local/fc/server.ts';
import { processIsGone } from '../../helpers/process-is-gone.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { standInForFile } from './fixture.ts';
import { invoke, invokeAsync, jsonOf, type RawAnswer, sendRaw } from './raw-client.ts';

/** Answers its process and what came before; waits where its event says so. */
const SOURCE = `let calls = 0;
export const handler = async (event) => {
  calls++;
  console.log('HALF OF IT IS DONE');
  while (event.toString() === 'wait' && !globalThis.go) await new Promise((resolve) => setTimeout(resolve, 5));
  return { pid: process.pid, calls };
};`;

const standIn = standInForFile({
  fn: { source: SOURCE },
  narrow: { source: SOURCE, maxInstances: 2 },
  wide: { source: SOURCE, maxInstances: 1, instanceConcurrency: 3 },
  none: { source: SOURCE, maxInstances: 0 },
});

const call = (name = 'fn', body = '') => invoke(standIn().server, name, { body });
const codeOf = (answer: RawAnswer) => `${answer.status} ${String(jsonOf(answer)['Code'])}`;
const order = (...faults: FcFaultOrder[]) => {
  for (const fault of faults) standIn().server.setFault(fault);
};
const lastOf = (name = 'fn') => standIn().server.invocations(name).at(-1);
/** How many calls of a function began, as its logs tell. */
const begun = (name: string) => {
  const folder = join(standIn().dir, 'logs', name);
  const logs = existsSync(folder) ? readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8')) : [];
  return logs.join('').split('HALF OF IT IS DONE').length - 1;
};
const callsOf = (name = 'fn') => standIn().server.invocations(name).length;

describe('faults of requests', () => {
  it('refuse as they were ordered, that many times, and run nothing', async () => {
    const { server } = standIn();
    order(
      { kind: 'status', status: 429, code: 'ResourceThrottled', times: 2, headers: { 'retry-after': '1' } },
      { kind: 'status', status: 503, code: 'ServiceUnavailable', message: 'not now' },
    );
    const before = callsOf();
    const answers = [await call(), await call(), await call(), await call()];
    expect(answers.slice(0, 3).map(codeOf)).toEqual([
      '429 ResourceThrottled',
      '429 ResourceThrottled',
      '503 ServiceUnavailable',
    ]);
    expect([
      answers[0]?.headers['retry-after'],
      jsonOf(answers[2] as RawAnswer)['Message'],
      answers[3]?.status,
    ]).toEqual(['1', 'not now', 200]);
    const booked = server.invocations('fn').slice(before);
    expect(booked.map(({ status, errorType, instanceId }) => [status, errorType, instanceId !== undefined])).toEqual([
      [429, 'ResourceThrottled', false],
      [429, 'ResourceThrottled', false],
      [503, 'ServiceUnavailable', false],
      [200, undefined, true],
    ]);
  });

  it('answer as a gateway, or with what is no HTTP', async () => {
    order({ kind: 'gateway' }, { kind: 'garbage' });
    const answer = await call();
    expect([answer.status, answer.headers['content-type']]).toEqual([502, 'text/html']);
    await expect(call()).rejects.toThrow(/Parse Error|HPE/);
  });

  it('lose the request, or the answer', async () => {
    const first = Number(jsonOf(await call())['calls']);
    order({ kind: 'drop-before' });
    await expect(call()).rejects.toThrow();
    order({ kind: 'drop-after' });
    await expect(call()).rejects.toThrow();
    expect(jsonOf(await call())['calls']).toBe(first + 2);
    expect(lastOf()).toMatchObject({ status: 200 });
  });

  it('hold a request back until they are cleared', async () => {
    const { server } = standIn();
    const before = callsOf();
    order({ kind: 'hold' }, { kind: 'hang' });
    const held = call();
    const hanging = call().catch(() => 'lost');
    await expect.poll(async () => (await fetch(`${server.endpoint}/__fc/faults`)).json()).toEqual([]);
    expect(callsOf()).toBe(before);
    server.clearFaults();
    expect((await held).status).toBe(200);
    expect(await Promise.race([hanging, Promise.resolve('still hanging')])).toBe('still hanging');
  });

  it('befall questions too, where they are for those', async () => {
    order(
      { kind: 'status', status: 403, code: 'AccessDenied', operation: 'get' },
      { kind: 'delay-before', delayMs: 1 },
    );
    expect((await call()).status).toBe(200);
    expect(codeOf(await sendRaw(standIn().server, 'GET', '/2023-03-30/functions/fn'))).toBe('403 AccessDenied');
  });
});

describe('faults of runs', () => {
  it('kill the instance in the middle of a call, at a line that it prints', async () => {
    const { pid } = jsonOf(await call());
    order({ kind: 'kill', atLine: 'HALF OF IT' });
    const killed = await call('fn', 'wait');
    expect([killed.status, killed.headers['x-fc-error-type']]).toEqual([200, 'UnhandledInvocationError']);
    expect(jsonOf(killed)['errorMessage']).toMatch(/^Process exited unexpectedly/);
    await waitFor(() => processIsGone(Number(pid)), { what: 'the instance to be gone' });
    expect(jsonOf(await call())['calls']).toBe(1);
  });

  it.each([
    [{ kind: 'kill' }, /^Process exited unexpectedly/],
    [{ kind: 'out-of-memory', afterMs: 1 }, /^Process exited unexpectedly/],
    [{ kind: 'time-out', afterMs: 1 }, /^Function timed out after 60 seconds/],
  ] as const)('end a call in the words of the platform: %j', async (fault, words) => {
    order(fault);
    const answer = await call('fn', 'wait');
    expect(answer.headers['x-fc-error-type']).toBe('UnhandledInvocationError');
    expect(jsonOf(answer)['errorMessage']).toMatch(words);
    expect(lastOf()).toMatchObject({ status: 200, errorType: 'UnhandledInvocationError' });
  });

  it('answer an error of the function without a body', async () => {
    order(
      { kind: 'function-error' },
      { kind: 'function-error', errorType: 'HandledInvocationError', body: '{"errorMessage":"x"}' },
    );
    const [silent, told] = [await call(), await call()];
    expect([silent.status, silent.body, silent.headers['x-fc-error-type']]).toEqual([
      200,
      '',
      'UnhandledInvocationError',
    ]);
    expect([told.body, told.headers['x-fc-error-type']]).toEqual(['{"errorMessage":"x"}', 'HandledInvocationError']);
  });

  it('start a new instance, later than it could', async () => {
    const { pid } = jsonOf(await call());
    order({ kind: 'cold-start', delayMs: 30 });
    expect(jsonOf(await call())['pid']).not.toBe(pid);
    expect(lastOf()?.cold).toBe(true);
  });

  it('befall asynchronous calls, where they are for those', async () => {
    const { server } = standIn();
    order({ kind: 'kill', mode: 'async' });
    expect((await call()).headers).not.toHaveProperty('x-fc-error-type');
    await invokeAsync(server, 'fn', '');
    await server.asyncSettled();
    expect(
      server
        .invocations('fn')
        .slice(-2)
        .map(({ attempt, errorType }) => [attempt, errorType]),
    ).toEqual([
      [1, 'UnhandledInvocationError'],
      [2, undefined],
    ]);
  });
});

describe('instances', () => {
  it('are as many as calls at once, and no more than there may be', async () => {
    const { server } = standIn();
    expect(codeOf(await call('none'))).toBe('429 ResourceThrottled');
    const [first, second] = [call('narrow', 'wait'), call('narrow', 'wait')];
    await waitFor(() => begun('narrow') === 2, { what: 'two calls' });
    expect(codeOf(await call('narrow'))).toBe('429 ResourceThrottled');
    expect(lastOf('narrow')).toMatchObject({ status: 429, errorType: 'ResourceThrottled', instanceId: undefined });
    expect(server.killInstances('narrow')).toBe(2);
    for (const answer of await Promise.all([first, second])) {
      expect(jsonOf(answer)['errorMessage']).toMatch(/^Process exited unexpectedly/);
    }
    expect((await call('narrow')).status).toBe(200);
  });

  it('take several calls at once where they may', async () => {
    const waiting = ['wait', 'wait', 'wait'].map((event) => call('wide', event));
    await waitFor(() => begun('wide') === 3, { what: 'three calls' });
    expect(codeOf(await call('wide'))).toBe('429 ResourceThrottled');
    expect(standIn().server.killInstances('wide')).toBe(1);
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});
