import { readFile } from 'node:fs/promises';
import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ExcerptWanted, readExcerpts } from '../../../functions/dispatcher/preview/excerpt.ts';
import { startHttpFunction } from '../../helpers/http-function.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { BUCKET, objectPaths, type Rig, recordOf, spawnCli, startRig } from '../../helpers/pipeline.ts';

interface PreviewJson {
  readonly records: readonly {
    readonly partition: number;
    readonly offset: number;
    readonly verdict: string;
    readonly code?: string;
    readonly why?: string;
    readonly errorTopic?: string;
    readonly envelope?: Readonly<Record<string, unknown>>;
  }[];
  readonly batches: readonly {
    readonly firstOffset: number;
    readonly count: number;
    readonly requests: readonly {
      readonly method: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: { readonly bytes: number; readonly head: string; readonly cut: boolean };
    }[];
  }[];
}

async function preview(rig: Rig, file: string, ...args: string[]): Promise<PreviewJson> {
  const { code, stdout, stderr } = await rig.spawnCli(['preview', file, '--json', '--head', '100000', ...args]).result;
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as PreviewJson;
}

/** Everything at the cluster that a preview could leave behind. */
async function traces(rig: Rig) {
  const admin = new Kafka({ brokers: rig.bootstrapServers.split(','), logLevel: logLevel.NOTHING }).admin();
  onTestFinished(() => admin.disconnect());
  await admin.connect();
  return {
    groups: async () => (await admin.listGroups()).groups.map(({ groupId }) => groupId),
    topics: () => admin.listTopics(),
  };
}

/** Reads as a preview does; answers `partition/offset` of each record. */
function excerptsOf(rig: Rig, topic: string) {
  return async (wanted: Partial<ExcerptWanted>): Promise<string[]> => {
    const admin = rig.driver.admin();
    const reader = rig.driver.reader({ isolationLevel: 'read_committed', fetchMaxBytes: 1_000_000 });
    try {
      const all = {
        topics: [topic],
        isolationLevel: 'read_committed',
        partition: undefined,
        start: 'latest',
        count: 5,
      } as const;
      const excerpts = await readExcerpts(admin, reader, { ...all, ...wanted });
      return excerpts.flatMap(({ partition, blocks }) =>
        blocks.flatMap(({ offsets }) => Array.from(offsets, (offset) => `${partition}/${offset}`)),
      );
    } finally {
      await Promise.all([admin.close(), reader.close()]);
    }
  };
}

const NOT_UTF8 = Buffer.from([0xff, 0xfe, 0x00]);

describe('spillway preview', () => {
  it('shows what becomes of each record, and leaves no trace at Kafka or OSS', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    await rig.produce(topic, 0, [
      recordOf('k0', '订单'),
      recordOf(null, 'no key'),
      recordOf('k2', null),
      recordOf('k3', NOT_UTF8),
      recordOf('k4', 'x'.repeat(2_000)),
      recordOf('k5', 'last'),
    ]);
    const name = uniqueName('preview');
    const file = await rig.connectorFile(name, {
      topics: topic,
      'behavior.on.null.values': 'ignore',
      'invoke.max.bytes': '1024',
      'overflow.policy': 'flag',
    });
    const { groups, topics } = await traces(rig);
    const before = { topics: (await topics()).filter((one) => one.includes(name)), requests: rig.oss.stats().requests };

    const { records, batches } = await preview(rig, file, '--from', 'earliest', '-n', '10');
    expect(records.map(({ offset, verdict, code }) => [offset, verdict, code])).toEqual([
      [0, 'written', undefined],
      [1, 'written', undefined],
      [2, 'dropped', undefined],
      [3, 'errant', 'VALUE_NOT_UTF8'],
      [4, 'overflow', undefined],
      [5, 'written', undefined],
    ]);
    expect(records[0]?.envelope).toMatchObject({ key: 'k0', value: '订单', valueSize: 6, topic, offset: 0 });
    expect(records[1]?.envelope).not.toHaveProperty('key');
    expect(records[2]?.why).toContain('behavior.on.null.values');
    expect(records[3]).toMatchObject({ errorTopic: `connect-error-${name}`, why: expect.stringContaining('UTF-8') });
    expect(records[4]?.envelope).toMatchObject({ overflowFlag: true, valueSize: 2_000 });
    expect(batches.map(({ firstOffset, count }) => [firstOffset, count])).toEqual([
      [0, 2],
      [4, 1],
      [5, 1],
    ]);

    expect((await groups()).filter((group) => group.includes(name))).toEqual([]);
    expect((await topics()).filter((one) => one.includes(name))).toEqual(before.topics);
    expect(rig.oss.stats().requests).toBe(before.requests);
    expect(await objectPaths(rig.bucketFolder)).toEqual([]);
  });

  it('shows the requests that a run then sends to OSS, without their secrets', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    await rig.produce(topic, 0, [recordOf('k0', '订单'), recordOf('k1', 'two')]);
    const file = await rig.connectorFile(uniqueName('preview'), { topics: topic, 'oss.object.prefix': 'logs' });
    const shown = await preview(rig, file);
    const [put] = (shown.batches[0]?.requests ?? []).filter(({ method }) => method === 'PUT');
    expect((await rig.spawnCli(['run', '--until-caught-up', file]).result).code).toBe(0);

    const [path = '', ...others] = await objectPaths(rig.bucketFolder);
    expect(others).toEqual([]);
    const body = await readFile(path, 'utf8');
    expect(put?.body).toEqual({ bytes: Buffer.byteLength(body), encoding: 'utf8', head: body, cut: false });
    expect(new URL(put?.url ?? '').pathname.replace(`/${BUCKET}/`, '/')).toBe(path.slice(rig.bucketFolder.length));
    const headers = Object.fromEntries(
      Object.entries(put?.headers ?? {}).map(([key, value]) => [key.toLowerCase(), value]),
    );
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'x-oss-forbid-overwrite': 'true',
      'x-oss-meta-spillway-first-offset': '0',
      'x-oss-meta-spillway-last-offset': '1',
      authorization: '[made when it is sent]',
    });
    expect(JSON.stringify(shown)).not.toContain(rig.credentials.accessKeySecret);
    expect(JSON.stringify(shown)).not.toContain(rig.credentials.accessKeyId);
  });

  it('shows the request that a run then posts to a function, without its authorization', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    await rig.produce(topic, 0, [recordOf('k0', '订单'), recordOf('k1', null)]);
    const target = await startHttpFunction();
    const file = await rig.connectorFile(uniqueName('preview'), {
      topics: topic,
      'connector.class': 'fc-sink',
      'invoke.target': 'http',
      'invoke.http.url': `${target.url}?x=1`,
      'invoke.http.authorization': 'Bearer hunter2',
    });
    const shown = await preview(rig, file);
    expect(target.bodies).toEqual([]);
    expect(JSON.stringify(shown)).not.toContain('hunter2');
    expect((await rig.spawnCli(['run', '--until-caught-up', file]).result).code).toBe(0);
    const request = shown.batches[0]?.requests[0];
    expect(request).toMatchObject({ method: 'POST', url: `${target.url}?x=1` });
    expect(request?.body.head).toBe(target.bodies[0]?.toString());
    expect(request?.headers['content-type']).toBe(target.headers[0]?.['content-type']);
    expect(Object.keys(request?.headers ?? {}).sort()).toEqual(['authorization', 'content-type']);
    expect(target.headers[0]?.authorization).toBe('Bearer hunter2');
  });

  it('shows what a function in this process would get, without loading it', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    await rig.produce(topic, 0, [recordOf('k0', '订单')]);
    const file = await rig.connectorFile(uniqueName('preview'), {
      topics: topic,
      'connector.class': 'fc-sink',
      'invoke.target': 'in-process',
      'invoke.module': './nowhere.mjs',
    });
    const request = (await preview(rig, file)).batches[0]?.requests[0];
    expect(request).toMatchObject({ method: 'CALL', url: 'handler of ./nowhere.mjs' });
    expect(JSON.parse(request?.body.head ?? '')).toMatchObject([{ topic, offset: 0, key: 'k0', value: '订单' }]);
  });

  it('shows the same before and after a run: the group does not matter', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    await rig.produce(topic, 0, [recordOf('k0', 'one'), recordOf('k1', 'two')]);
    const file = await rig.connectorFile(uniqueName('preview'), { topics: topic });
    const before = await preview(rig, file);
    expect((await rig.spawnCli(['run', '--until-caught-up', file]).result).code).toBe(0);
    const after = await preview(rig, file);
    expect(after.records).toEqual(before.records);
  });

  it('stores no value apart under overflow.policy=claim-check, and shows the store and the whole object', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    const value = 'x'.repeat(2_000);
    await rig.produce(topic, 0, [recordOf('big', value)]);
    const file = await rig.connectorFile(uniqueName('preview'), {
      topics: topic,
      'invoke.max.bytes': '4700',
      'batch.bytes': '4700',
      'overflow.claim.check.bucket': BUCKET,
      'overflow.claim.check.endpoint': rig.oss.endpoint,
      'overflow.claim.check.region': rig.oss.region,
    });
    await rig.produce(topic, 0, [recordOf('huge', value.repeat(3))]);
    const { records, batches } = await preview(rig, file, '--from', 'earliest');
    expect(records.map(({ verdict }) => verdict)).toEqual(['written', 'overflow']);
    expect(records[1]?.envelope).toMatchObject({ valueRef: expect.stringContaining('.value') });
    const puts = batches[1]?.requests.filter(({ method }) => method === 'PUT') ?? [];
    expect(puts.map(({ body }) => body.bytes >= 6_000)).toEqual([true, true]);
    expect(puts[0]?.url).toContain('spillway-overflow/');
    expect(rig.oss.stats().requests).toBe(0);
  });

  it('stops where errors.policy=stop stops', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    await rig.produce(topic, 0, [recordOf('k0', 'one'), recordOf('k1', NOT_UTF8), recordOf('k2', 'three')]);
    const file = await rig.connectorFile(uniqueName('preview'), { topics: topic, 'errors.policy': 'stop' });
    const { records, batches } = await preview(rig, file);
    expect(records.map(({ verdict, code }) => [verdict, code])).toEqual([
      ['written', undefined],
      ['stops', 'VALUE_NOT_UTF8'],
      ['not-reached', undefined],
    ]);
    expect(batches.map(({ count }) => count)).toEqual([1]);
  });

  it('begins where it is told', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(2);
    const at = Date.UTC(2026, 0, 31);
    const six = Array.from({ length: 6 }, (_, i) => recordOf(`k${i}`, `v${i}`, at + i * 1_000));
    await rig.produce(topic, 0, six);
    await rig.produce(topic, 1, six);
    const offsets = excerptsOf(rig, topic);
    const last = { topic, partition: 1 };
    expect(await offsets({ count: 2 })).toEqual(['0/4', '0/5']);
    const all = ['0/0', '0/1', '0/2', '0/3', '0/4', '0/5', '1/0', '1/1'];
    expect(await offsets({ count: 8, start: 'earliest' })).toEqual(all);
    expect(await offsets({ count: 2, partition: last, start: { offset: 3 } })).toEqual(['1/3', '1/4']);
    expect(await offsets({ partition: last, start: at + 4_500 })).toEqual(['1/5']);
    expect(await offsets({ partition: last, start: at + 60_000 })).toEqual([]);
    expect(await offsets({ partition: last, start: { offset: 6 } })).toEqual([]);

    await expect(offsets({ start: { offset: 3 } })).rejects.toThrow(/--from: .*--partition/);
    await expect(offsets({ partition: last, start: { offset: 99 } })).rejects.toThrow('it holds 0 to 6');
    await expect(offsets({ partition: { topic, partition: 7 } })).rejects.toThrow(`does not read ${topic}-7`);
  });

  it('finds the last records behind offsets that nobody sees', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    const kafka = new Kafka({ brokers: rig.bootstrapServers.split(','), logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true });
    onTestFinished(() => producer.disconnect());
    await producer.connect();
    for (const end of ['commit', 'commit', 'abort', 'abort'] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value: end }] });
      await transaction[end]();
    }
    // Each transaction ends with a marker, which takes an offset.
    expect(await excerptsOf(rig, topic)({ count: 1 })).toEqual(['0/2']);
    expect(await excerptsOf(rig, topic)({ count: 9 })).toEqual(['0/0', '0/2']);
  });

  it('refuses what is no place to begin, and says what is', async () => {
    const { code, stderr } = await spawnCli(['preview', 'orders.yaml', '--from', 'yesterday'], {}).result;
    expect(code).toBe(1);
    expect(stderr).toContain('2026-01-31T08:00:00+08:00');
  });

  it('tells a person in words, and lets no record steer the terminal', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    await rig.produce(topic, 0, [recordOf('k', 'red \u001b[31m'), recordOf('k', NOT_UTF8)]);
    const file = await rig.connectorFile(uniqueName('preview'), {
      topics: topic,
      'oss.format': 'raw',
      'value.converter': 'string',
    });
    const { code, stdout } = await rig.spawnCli(['preview', file]).result;
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing was sent, written or committed');
    expect(stdout).toContain(`${topic}-0 offset 1`);
    expect(stdout).toContain('errant, VALUE_NOT_UTF8');
    expect(stdout).toMatch(/PUT http/);
    expect(stdout).not.toContain('\u001b');
  });

  it('exits 2 when Kafka cannot be reached', async () => {
    const rig = await startRig();
    const file = await rig.connectorFile(uniqueName('preview'), { topics: 'orders' });
    const { code, stderr } = await rig.spawnCli(['preview', file], { SPILLWAY_BOOTSTRAP_SERVERS: '127.0.0.1:1' })
      .result;
    expect(code).toBe(2);
    expect(stderr).toContain('BROKER_UNREACHABLE');
  });
});
