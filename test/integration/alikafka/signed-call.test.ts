/** Our calls against the stand-in: what they send, what becomes of every kind of answer, and that no error can sign a call. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AlikafkaServer, startAlikafka } from '../../../infra/local/alikafka/server.ts';
import { freePorts } from '../../../infra/local/supervise/ports.ts';
import { systemClock } from '../../../shared/clock.ts';
import type { CloudCredentials } from '../../../shared/cloud-credentials.ts';
import { CallPace } from '../../../shared/kafka/alikafka/call-pace.ts';
import { AlikafkaOpenApi } from '../../../shared/kafka/alikafka/openapi.ts';
import { signedCalls } from '../../../shared/kafka/alikafka/signed-call.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const KEYS = { accessKeyId: 'LTAI5tLocalKeyId', accessKeySecret: 'ASecretOfThisTest' };
const STS = { ...KEYS, accessKeyId: 'STS.LocalKeyId', securityToken: 'CAISATokenOfThisTest/+==' };
const address = { instanceId: 'alikafka_post-cn-local', region: 'cn-hangzhou' };
const { signal } = new AbortController();
const TOPIC = { name: 'orders', partitions: 6, compact: false, storage: 'cloud' } as const;

let server: AlikafkaServer;
beforeAll(async () => {
  server = await startAlikafka({ credentials: [KEYS, STS], instances: [address], callIntervalMs: 0 });
});
afterAll(async () => {
  await server?.close();
});
beforeEach(() => server.clearFaults());

function openApi(credentials: CloudCredentials = KEYS, endpoint = server.endpoint): AlikafkaOpenApi {
  const pace = new CallPace(systemClock, 0);
  return new AlikafkaOpenApi(address, { call: signedCalls(endpoint, 2_000), credentials: () => credentials, pace });
}

async function failure(work: Promise<unknown>): Promise<Error> {
  const thrown = await work.then(
    () => new Error('it succeeded'),
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(Error);
  return thrown as Error;
}

it('makes and finds topics and groups with lasting and with temporary keys', async () => {
  for (const [keys, name] of [
    [KEYS, 'lasting'],
    [STS, 'temporary'],
  ] as const) {
    const api = openApi(keys);
    await api.createTopic({ name, partitions: 3, compact: true, storage: 'local' }, signal);
    await api.createGroup(`connect-${name}`, signal);
    await waitFor(async () => (await api.groups(signal)).has(`connect-${name}`), { what: 'the group' });
    expect((await api.topics(signal)).get(name)).toMatchObject({ PartitionNum: 3, CompactTopic: true });
    expect(await api.instance(signal)).toMatchObject({ ServiceStatus: 5, TopicNumLimit: 180 });
  }
});

it('finds all of more topics than a page holds', async () => {
  const many = await startAlikafka({
    credentials: [KEYS],
    instances: [{ ...address, topicLimit: 300 }],
    callIntervalMs: 0,
  });
  try {
    const api = openApi(KEYS, many.endpoint);
    for (let i = 0; i < 101; i++) await api.createTopic({ ...TOPIC, name: `topic-${i}` }, signal);
    expect((await api.topics(signal)).size).toBe(101);
    expect(many.calls().filter(({ action }) => action === 'GetTopicList')).toHaveLength(2);
  } finally {
    await many.close();
  }
});

describe('what is not a success', () => {
  it.each([
    [
      'success false with HTTP 200',
      { kind: 'answer', status: 200, code: 200, success: false, message: 'not now' },
      'ALIKAFKA_REFUSED',
      /200: not now/,
    ],
    [
      'a code with HTTP 200',
      { kind: 'answer', status: 200, code: 'Topic.Odd', success: false },
      'ALIKAFKA_REFUSED',
      /Topic\.Odd/,
    ],
    [
      'HTTP 500 with the code of a success',
      { kind: 'answer', status: 500, code: 200, success: true },
      'ALIKAFKA_UNAVAILABLE',
      /200/,
    ],
    [
      'an answer without Success',
      { kind: 'answer', status: 200, code: 200 },
      'ALIKAFKA_ANSWER_DOUBTFUL',
      /without Code and Success/,
    ],
    ['throttling', { kind: 'answer', status: 400, code: 'Throttling.User' }, 'ALIKAFKA_THROTTLED', /Throttling\.User/],
    ['a page of a gateway', { kind: 'html' }, 'ALIKAFKA_ANSWER_DOUBTFUL', /the answer is no JSON/],
    ['a connection that ends', { kind: 'drop-before' }, 'ALIKAFKA_UNREACHABLE', /CreateTopic .* failed/],
  ] as const)('%s', async (_what, fault, code, message) => {
    server.setFault(fault);
    const error = await failure(openApi().createTopic(TOPIC, signal));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(server.topics(address.instanceId).map(({ name }) => name)).not.toContain('orders');
  });

  it('no server, and one that does not answer', async () => {
    const [port = 0] = await freePorts(1);
    const nobody = await failure(openApi(KEYS, `http://127.0.0.1:${port}`).groups(signal));
    const silent = createServer(() => undefined);
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const { port: silentPort } = silent.address() as AddressInfo;
    const call = signedCalls(`http://127.0.0.1:${silentPort}`, 100);
    const api = new AlikafkaOpenApi(address, { call, credentials: () => KEYS, pace: new CallPace(systemClock, 0) });
    const timedOut = await failure(api.groups(signal));
    silent.closeAllConnections();
    silent.close();
    expect(timedOut).toMatchObject({ code: 'ALIKAFKA_UNREACHABLE', trouble: 'timeout' });
    expect(nobody).toMatchObject({
      code: 'ALIKAFKA_UNREACHABLE',
      message: expect.stringMatching(/check alikafka\.endpoint/),
    });
  });
});

describe('secrecy', () => {
  const wrong: readonly (readonly [string, CloudCredentials])[] = [
    ['a wrong secret', { ...KEYS, accessKeySecret: 'GuessedSecretOfThisTest' }],
    ['a wrong secret and a token', { ...STS, accessKeySecret: 'GuessedSecretOfThisTest' }],
    ['a key that is not known', { accessKeyId: 'LTAI5tNobodysKeyId', accessKeySecret: 'GuessedSecretOfThisTest' }],
    ['a token of another', { ...STS, securityToken: 'CAISAnotherTokenOfThisTest' }],
  ];

  it.each(wrong)(
    '%s is refused, and neither error nor cause shows key, token, signature or what was signed',
    async (_how, keys) => {
      const error = await failure(openApi(keys).createTopic(TOPIC, signal));
      expect(error).toMatchObject({ code: 'ALIKAFKA_CREDENTIALS_REFUSED' });
      const shown = inspect(error, { depth: 20, showHidden: true });
      const told = [...Object.values(keys), 'Signature=', 'Signature%3D', 'SignatureNonce', 'HMAC'];
      for (const text of told.flatMap((one) => [one, encodeURIComponent(one)])) expect(shown).not.toContain(text);
    },
  );

  it('holds for every other failure too', async () => {
    const { accessKeyId } = KEYS;
    const faults = [
      { kind: 'answer', status: 400, code: 'Odd', message: `${accessKeyId} at ?AccessKeyId=x&Signature=abc%3D&x=1` },
      { kind: 'html' },
      { kind: 'drop-before' },
    ] as const;
    for (const fault of faults) {
      server.setFault(fault);
      const shown = inspect(await failure(openApi().groups(signal)), { depth: 20, showHidden: true });
      for (const text of [...Object.values(KEYS), 'Signature=abc', 'SignatureNonce']) expect(shown).not.toContain(text);
    }
  });
});

it('signs each call with the credentials of then', async () => {
  let keys: CloudCredentials = { ...STS, securityToken: 'over' };
  const pace = new CallPace(systemClock, 0);
  const api = new AlikafkaOpenApi(address, {
    call: signedCalls(server.endpoint, 2_000),
    credentials: () => keys,
    pace,
  });
  expect(await failure(api.groups(signal))).toMatchObject({ code: 'ALIKAFKA_CREDENTIALS_REFUSED' });
  keys = STS;
  await api.groups(signal);
});

describe('the stand-in', () => {
  it('refuses what the service refuses', async () => {
    const api = openApi();
    const refused = async (topic: object) => (await failure(api.createTopic({ ...TOPIC, ...topic }, signal))).message;
    expect(await refused({ name: 'ab' })).toMatch(/3 to 64 letters/);
    expect(await refused({ partitions: 361 })).toMatch(/PartitionNum must be a number from 1 to 360/);
    expect(await refused({ compact: true })).toMatch(/CompactTopic needs LocalTopic/);
  });

  it('lets a user do one thing once a second', async () => {
    let now = Date.now();
    const slow = await startAlikafka({ credentials: [KEYS], instances: [address], clock: () => now });
    try {
      const api = openApi(KEYS, slow.endpoint);
      await api.groups(signal);
      await api.topics(signal);
      expect(await failure(api.groups(signal))).toMatchObject({ code: 'ALIKAFKA_THROTTLED' });
      now += 1_000;
      await api.groups(signal);
    } finally {
      await slow.close();
    }
  });

  it('knows the clock, and who may do what', async () => {
    const late = await startAlikafka({
      credentials: [KEYS],
      instances: [address],
      clock: () => Date.now() + 16 * 60_000,
    });
    expect(await failure(openApi(KEYS, late.endpoint).groups(signal))).toMatchObject({ code: 'ALIKAFKA_CLOCK_SKEWED' });
    late.close();
    server.setCredentials([{ ...KEYS, allowed: ['alikafka:ListGroup'] }]);
    await openApi().groups(signal);
    expect(await failure(openApi().topics(signal))).toMatchObject({ code: 'ALIKAFKA_ACCESS_DENIED' });
    server.setCredentials([KEYS, STS]);
  });
});
