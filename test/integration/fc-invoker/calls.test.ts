import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fcSink } from '../../../functions/dispatcher/fc-sink.ts';
import { createFcInvokerOf, fcWay } from '../../../functions/dispatcher/invokers/fc/create.ts';
import { probeFunction } from '../../../functions/dispatcher/invokers/fc/probe.ts';
import { systemClock } from '../../../shared/clock.ts';
import { parseConnector } from '../../../shared/config/connector-keys.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { batchOf } from '../../../shared/envelope/block-builder.ts';
import { FatalError, FunctionFailure, FunctionTimeout, RetriableError } from '../../../shared/errors.ts';
import { blockAt } from '../../helpers/dispatcher.ts';
import { FC_KEYS, type StartedFc, startedFc } from '../../helpers/fc.ts';

/** Answers, fails or waits as the value of the first record says; the environment may name another answer. */
const SOURCE = `
export async function handler(event, context) {
  const records = JSON.parse(event.toString());
  const [{ value = '' }] = records;
  if (value === 'throw') { console.log('about to throw'); throw new TypeError('no order ' + records.length); }
  if (value === 'hang') await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (value === 'outcomes') return { version: 1, outcomes: records.map(({ topic, partition, offset }) => ({ topic, partition, offset, status: 'dropped' })) };
  if (value === 'die') process.exit(1);
  return 'thanks';
}
export async function initialize() { throw new Error('no bucket'); }
`;

let fc: StartedFc;
let remove: () => Promise<void> = async () => undefined;
beforeAll(async () => {
  const code = await mkdtemp(join(tmpdir(), 'spillway-calls-'));
  remove = () => rm(code, { recursive: true, force: true });
  await writeFile(join(code, 'index.mjs'), SOURCE);
  const base = { code, timeoutS: 30 };
  fc = await startedFc({
    functions: [
      { ...base, name: 'orders', service: 'kafka', qualifiers: ['prod'], async: { task: true } },
      { ...base, name: 'quick', timeoutS: 1 },
      { ...base, name: 'broken', initializer: { handler: 'index.initialize', timeoutS: 5 } },
      { ...base, name: 'queued', async: { task: true } },
    ],
  });
});
afterAll(async () => {
  await fc?.stop();
  await remove();
});

function parsed(raw: Readonly<Record<string, string>>) {
  const { settings } = fc;
  const config = { name: 'orders', 'connector.class': 'fc-sink', topics: 'orders', 'fc.function.name': 'orders' };
  return parseConnector(fcSink, { ...config, ...settings, ...raw }).connector;
}

const logged: string[] = [];
const logger = {
  ...Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((level) => [level, (_: object, text: string) => void logged.push(text)]),
  ),
  child: () => logger,
} as unknown as Parameters<typeof createFcInvokerOf>[2]['logger'];

const deps = {
  secrets: secretResolver({}, () => ''),
  role: () => undefined,
  clock: systemClock,
  nonce: randomUUID,
  logger,
};

interface Asked {
  readonly raw?: Readonly<Record<string, string>>;
  readonly value?: string;
  readonly userFunction?: boolean;
  readonly timeoutMs?: number;
  readonly occasion?: string;
  readonly signal?: AbortSignal;
}

/** One call of the function; what it ended with. */
async function called({ raw = {}, value = 'v', userFunction = true, timeoutMs = 20_000, ...more }: Asked) {
  const invoker = createFcInvokerOf(parsed(raw), userFunction, deps);
  const signal = more.signal ?? new AbortController().signal;
  const batch = batchOf(blockAt([4, 5], () => Buffer.from(value)));
  try {
    return await invoker.invoke(batch, { signal, admission: signal, timeoutMs, occasion: more.occasion });
  } catch (thrown) {
    return thrown;
  } finally {
    await invoker.close();
  }
}

/** Where something else than Function Compute answers. */
async function answering(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const WRITTEN = { all: 'written', count: 2 };
const V2 = { 'fc.api.version': '2.0', 'fc.service.name': 'kafka' };

describe.each([
  ['3.0', {}],
  ['2.0', V2],
])('a synchronous call of %s', (_, version) => {
  it('writes what the function takes, at a version or alias', async () => {
    expect(await called({ raw: version })).toEqual(WRITTEN);
    expect(await called({ raw: { ...version, 'fc.qualifier': 'prod' } })).toEqual(WRITTEN);
    expect(fc.server.invocations('orders').at(-1)).toMatchObject({ mode: 'sync', qualifier: 'prod', status: 200 });
  });

  it('honours outcomes', async () => {
    expect(await called({ raw: version, value: 'outcomes' })).toMatchObject({
      outcomes: [{ offset: 4, status: 'dropped' }, { offset: 5 }],
    });
  });

  it('brings what the function says of its failure, and the end of its log', async () => {
    const error = await called({ raw: version, value: 'throw' });
    expect(error).toBeInstanceOf(FunctionFailure);
    expect(error).toMatchObject({
      code: 'FUNCTION_FAILED',
      report: {
        said: 'TypeError: no order 2',
        stack: expect.stringContaining('handler'),
        logTail: expect.stringContaining('about to throw'),
      },
    });
    expect((error as Error).message).not.toContain('no order');
    const without = await called({ raw: { ...version, 'fc.log.tail': 'false' }, value: 'throw' });
    expect(without).toMatchObject({ report: { said: 'TypeError: no order 2', logTail: undefined } });
  });

  it('is given up when its partition goes', async () => {
    const gone = new AbortController();
    const ended = called({ raw: version, value: 'hang', signal: gone.signal });
    gone.abort(new Error('partition given up'));
    expect(await ended).toMatchObject({ message: 'partition given up' });
  });

  it('that is not answered in time may have reached the function', async () => {
    const error = await called({ raw: version, value: 'hang', timeoutMs: 1_000 });
    expect(error).toBeInstanceOf(FunctionTimeout);
    fc.server.killInstances('orders');
  });

  it('is sent again where it was refused for now', async () => {
    fc.server.setFault({ kind: 'status', status: 429, code: 'ResourceThrottled', headers: { 'retry-after': '3' } });
    const error = await called({ raw: version });
    expect(error).toBeInstanceOf(RetriableError);
    expect(error).toMatchObject({ code: 'FC_THROTTLED', trouble: 'throttled', retryAfterMs: 3_000 });
  });

  it.each([
    [500, 'InternalServerError', 'FC_UNAVAILABLE'],
    [503, 'ServiceUnavailable', 'FC_UNAVAILABLE'],
    [403, 'AccessDenied', 'FC_ACCESS_DENIED'],
    [400, 'EntityTooLarge', 'FC_CALL_TOO_LARGE'],
  ] as const)('says of %i %s %s', async (status, code, ours) => {
    fc.server.setFault({ kind: 'status', status, code });
    expect(await called({ raw: version })).toMatchObject({ code: ours });
  });

  it('says what is not there, and whose keys are refused', async () => {
    expect(await called({ raw: { ...version, 'fc.function.name': 'nobody' } })).toMatchObject({
      code: 'FC_FUNCTION_MISSING',
      mayHeal: true,
    });
    expect(await called({ raw: { ...version, 'fc.qualifier': 'gone' } })).toMatchObject({
      code: 'FC_FUNCTION_MISSING',
    });
    const wrong = { ...version, 'fc.access.key.secret': 'wrong' };
    expect(await called({ raw: wrong })).toMatchObject({ code: 'FC_CREDENTIALS_REFUSED', mayHeal: true });
  });

  it.each(['drop-before', 'drop-after', 'garbage'] as const)(
    'whose answer is lost (%s) is sent again',
    async (kind) => {
      fc.server.setFault({ kind });
      const error = await called({ raw: version });
      expect(error).toBeInstanceOf(RetriableError);
      expect(error).not.toBeInstanceOf(FunctionFailure);
      expect(error).toMatchObject({ code: 'TARGET_UNREACHABLE' });
    },
  );
});

describe('a function that fails otherwise', () => {
  it('out of its own time blames no record by that alone', async () => {
    const error = await called({ raw: { 'fc.function.name': 'quick' }, value: 'hang' });
    expect(error).toBeInstanceOf(FunctionTimeout);
  });

  it('in its initializer never had the batch', async () => {
    const error = await called({ raw: { 'fc.function.name': 'broken' } });
    expect(error).not.toBeInstanceOf(FunctionFailure);
    expect(error).toMatchObject({ code: 'FUNCTION_NOT_INITIALIZED' });
  });

  it('is trouble with the target where it is a sink of ours', async () => {
    const error = await called({ value: 'die', userFunction: false });
    expect(error).not.toBeInstanceOf(FunctionFailure);
    expect(error).toMatchObject({ code: 'SINK_FUNCTION_FAILED', message: expect.stringContaining('exited') });
    expect(await called({ userFunction: false })).toMatchObject({
      code: 'ANSWER_INVALID',
      message: expect.stringContaining('check fc.function.name'),
    });
  });

  it('is not taken for written because something else answers 200', async () => {
    const raw = { 'fc.endpoint': await answering((response) => response.end('<html>please sign in</html>')) };
    expect(await called({ raw })).toMatchObject({ code: 'FC_ANSWER_DOUBTFUL' });
    expect(await called({ raw: { ...raw, 'invoke.mode': 'async' } })).toMatchObject({ code: 'FC_NOT_QUEUED' });
  });
});

describe('an asynchronous call', () => {
  const raw = { 'fc.function.name': 'queued', 'invoke.mode': 'async' };
  const runs = () => fc.server.invocations('queued').length;

  it('is written when it is queued, and runs once however often it is sent on one occasion', async () => {
    const before = runs();
    fc.server.setFault({ kind: 'drop-after' });
    expect(await called({ raw, occasion: 'a' })).toMatchObject({ code: 'TARGET_UNREACHABLE' });
    expect(await called({ raw, occasion: 'a' })).toEqual(WRITTEN);
    expect(await called({ raw, occasion: 'a' })).toEqual(WRITTEN);
    await fc.server.asyncSettled('queued');
    expect(runs() - before).toBe(1);
    expect(logged).toContain('the call was accepted before: it is not run a second time');
  });

  it('runs again on another occasion, and always without ids', async () => {
    const before = runs();
    expect(await called({ raw, occasion: 'b' })).toEqual(WRITTEN);
    for (const _ of [1, 2]) {
      expect(await called({ raw: { ...raw, 'fc.async.task.id': 'none' }, occasion: 'b' })).toEqual(WRITTEN);
    }
    await fc.server.asyncSettled('queued');
    expect(runs() - before).toBe(3);
  });

  it('that meets another conflict is not taken for one that is known', async () => {
    for (const code of ['ResourceConflict', 'TaskQueueNotExist']) {
      fc.server.setFault({ kind: 'status', status: 409, code });
      expect(await called({ raw, occasion: 'd' })).toMatchObject({ code: 'FC_REQUEST_REFUSED', mayHeal: true });
    }
  });

  it('is not queued where the answer names an error', async () => {
    const headers = { 'x-fc-error-type': 'FcCommonError', 'x-fc-request-id': 'r-1' };
    const endpoint = await answering((response) => response.writeHead(202, headers).end());
    expect(await called({ raw: { ...raw, 'fc.endpoint': endpoint } })).toMatchObject({
      code: 'FC_NOT_QUEUED',
      message: expect.stringContaining('HTTP 202 (FcCommonError)'),
    });
  });

  it('of 2.0 has an id, too', async () => {
    const v2 = { ...V2, 'invoke.mode': 'async' };
    const before = fc.server.invocations('orders').length;
    expect([await called({ raw: v2, occasion: 'c' }), await called({ raw: v2, occasion: 'c' })]).toEqual([
      WRITTEN,
      WRITTEN,
    ]);
    await fc.server.asyncSettled('orders');
    expect(fc.server.invocations('orders').length - before).toBe(1);
  });
});

describe('the look at a function', () => {
  const open = async (raw: Readonly<Record<string, string>>) => {
    logged.length = 0;
    const invoker = createFcInvokerOf(parsed(raw), true, deps);
    const { signal } = new AbortController();
    try {
      await invoker.open?.([], { signal, admission: signal, timeoutMs: 5_000 });
      return logged.splice(0);
    } catch (thrown) {
      return thrown;
    } finally {
      await invoker.close();
    }
  };

  it('warns of one that may run longer than it is waited for', async () => {
    expect(await open({})).toEqual([]);
    expect(await open({ 'invoke.timeout.ms': '2000' })).toEqual([
      expect.stringContaining('longer than it is waited for'),
    ]);
    expect(await open({ 'invoke.timeout.ms': '2000', ...V2 })).toHaveLength(1);
  });

  it('fails where there is none, and not where it is not allowed', async () => {
    expect(await open({ 'fc.function.name': 'nobody' })).toBeInstanceOf(FatalError);
    fc.server.setFault({ kind: 'status', status: 403, code: 'AccessDenied', operation: 'get' });
    expect(await open({})).toEqual([expect.stringContaining('may not be looked at')]);
  });

  it('by doctor finds settings and clock, or says why not', async () => {
    const probe = (raw: Readonly<Record<string, string>>) =>
      probeFunction(fcWay(parsed(raw), deps), deps, AbortSignal.timeout(10_000));
    const found = await probe({ 'fc.function.name': 'quick' });
    expect(found).toMatchObject({ settings: { ok: true, value: { timeoutMs: 1_000, runtime: 'nodejs20' } } });
    expect(Math.abs(found.aheadMs ?? Number.NaN)).toBeLessThan(10_000);
    expect(await probe({ 'fc.function.name': 'nobody' })).toMatchObject({ settings: { code: 'FC_FUNCTION_MISSING' } });
  });
});

it('temporary credentials are sent with their token', async () => {
  const temporary = { ...FC_KEYS, accessKeyId: 'STS.test', securityToken: 'token' };
  fc.server.setCredentials([FC_KEYS, temporary]);
  onTestFinished(() => fc.server.setCredentials([FC_KEYS]));
  const raw = { 'fc.access.key.id': 'STS.test', 'fc.security.token': 'token' };
  expect(await called({ raw })).toEqual(WRITTEN);
  expect(await called({ raw: { ...raw, ...V2 } })).toEqual(WRITTEN);
  expect(await called({ raw: { 'fc.access.key.id': 'STS.test', 'fc.security.token': 'old' } })).toMatchObject({
    code: 'FC_CREDENTIALS_REFUSED',
  });
});
