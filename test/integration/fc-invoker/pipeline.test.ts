/** Records from Kafka through `spillway run` to functions at Function Compute. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledFunctions, functionFile, setupFc } from '../../helpers/fc.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import {
  BUCKET,
  objectPaths,
  type Rig,
  readTopic,
  recordOf,
  startRig,
  writtenRecords,
} from '../../helpers/pipeline.ts';
import { offsets } from '../../helpers/records.ts';

const QUICK = { retries: '1', 'retry.backoff.ms': '1', 'retry.backoff.max.ms': '50', 'tasks.max': '2' };

/** Notes the offsets that it takes, a line each, in a file; throws on poison. */
function sourceNoting(file: string): string {
  return `import { appendFileSync } from 'node:fs';
  export async function handler(event) {
    const records = JSON.parse(event.toString());
    const bad = records.find(({ value }) => value.startsWith('poison'));
    if (bad !== undefined) { console.log('checking order', bad.offset); throw new TypeError('no customer in ' + bad.value); }
    appendFileSync(${JSON.stringify(file)}, records.map(({ partition, offset }) => partition + '/' + offset + '\\n').join(''));
    return { taken: records.length };
  }`;
}

async function takenIn(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n');
}

/** A topic of two partitions, each with `count` records; `poison` are offsets of the first. */
async function filled(rig: Rig, count: number, poison: ReadonlySet<number> = new Set()): Promise<string> {
  const topic = await rig.createTopic(2);
  for (const partition of [0, 1]) {
    const bad = (offset: number) => partition === 0 && poison.has(offset);
    const records = offsets(0, count).map((i) => recordOf(`k${i}`, `${bad(i) ? 'poison' : 'v'}${i}`));
    await rig.produce(topic, partition, records);
  }
  return topic;
}

const places = (count: number) => [0, 1].flatMap((partition) => offsets(0, count).map((i) => `${partition}/${i}`));

async function ran(rig: Rig, file: string) {
  const { code, stdout, stderr } = await rig.spawnCli(['run', '--until-caught-up', '--json', file]).result;
  return { code, stderr, totals: code === null ? undefined : JSON.parse(stdout).connectors[0].totals };
}

/** A call that costs the function a batch, or its answer: none of it is the records' fault. */
const STORM = [
  { kind: 'status', status: 429, code: 'ResourceThrottled', times: 8 },
  { kind: 'drop-after', times: 2, after: 1 },
  { kind: 'status', status: 500, code: 'InternalServerError', after: 1 },
  { kind: 'status', status: 503, code: 'ServiceUnavailable', times: 2 },
  { kind: 'delay-before', delayMs: 50 },
  { kind: 'garbage', after: 1 },
  { kind: 'cold-start', delayMs: 50, after: 3 },
] as const;

describe('records to a function of the user’s own', () => {
  it('arrive through a storm of refusals, lost answers and cold starts; the poison record goes to the error topic in the function’s words', async () => {
    const rig = await startRig();
    const taken = join(rig.folder, 'taken.txt');
    const code = await functionFile(sourceNoting(taken));
    const fc = await setupFc({ functions: [{ name: 'orders', code, maxInstances: 4 }] });
    const count = 100;
    const poison = 61;
    const topic = await filled(rig, count, new Set([poison]));
    for (const fault of STORM) fc.server.setFault(fault);
    const name = uniqueName('fc');
    const file = await rig.connectorFile(name, {
      ...QUICK,
      ...fc.settings,
      'connector.class': 'fc-sink',
      'fc.function.name': 'orders',
      topics: topic,
      'batch.size': '20',
    });
    const { totals, stderr } = await ran(rig, file);
    expect(totals).toMatchObject({ polled: 200, written: 199, errant: 1 });
    const arrived = new Set(await takenIn(taken));
    expect([...arrived].sort()).toEqual(
      places(count)
        .filter((place) => place !== `0/${poison}`)
        .sort(),
    );
    const [errant] = await readTopic(rig.bootstrapServers, `connect-error-${name}`, 1);
    expect(errant).toMatchObject({
      value: Buffer.from(`poison${poison}`),
      headers: {
        '__connect.errors.exception.message': expect.stringMatching(/TypeError: no customer in poison61$/),
        '__connect.errors.exception.stacktrace': expect.stringContaining('index.mjs'),
        'spillway.error.code': 'FUNCTION_FAILED',
        'spillway.function.log': expect.stringContaining(`checking order ${poison}`),
      },
    });
    // What a function says may hold records: it stays out of the log.
    expect(stderr).not.toContain('no customer');
    expect(stderr).not.toContain('checking order');
  });

  it('asynchronously run once though answers are lost, and again when a person moves the group back', async () => {
    const rig = await startRig();
    const taken = join(rig.folder, 'taken.txt');
    const code = await functionFile(sourceNoting(taken));
    const fc = await setupFc({ functions: [{ name: 'orders', code, async: { task: true } }] });
    const count = 40;
    const topic = await filled(rig, count);
    fc.server.setFault({ kind: 'drop-after', times: 3 });
    const file = await rig.connectorFile(uniqueName('fc'), {
      ...QUICK,
      ...fc.settings,
      'connector.class': 'fc-sink',
      'fc.function.name': 'orders',
      'invoke.mode': 'async',
      topics: topic,
      'batch.size': '10',
    });
    expect((await ran(rig, file)).totals).toMatchObject({ written: 80 });
    await fc.server.asyncSettled();
    expect((await takenIn(taken)).sort()).toEqual(places(count).sort());
    const { stdout } = await rig.spawnCli(['offsets', file, '--to', 'earliest', '--yes']).result;
    expect(stdout).toContain('get other ids than before');
    expect((await ran(rig, file)).totals).toMatchObject({ written: 80 });
    await fc.server.asyncSettled();
    expect((await takenIn(taken)).sort()).toEqual([...places(count), ...places(count)].sort());
  });
});

it('a sink of ours behind Function Compute writes the same objects as in process', async () => {
  const rig = await startRig();
  const { 'oss-sink': code = '' } = await bundledFunctions();
  const { accessKeyId, accessKeySecret } = rig.credentials;
  const sink = {
    OSS_ENDPOINT: rig.oss.endpoint,
    OSS_REGION: rig.oss.region,
    OSS_BUCKET: BUCKET,
    OSS_ACCESS_KEY_ID: accessKeyId,
    OSS_ACCESS_KEY_SECRET: accessKeySecret,
    OSS_FORMAT: 'jsonl',
    OSS_OBJECT_PREFIX: 'behind',
    LOG_LEVEL: 'silent',
  };
  const fc = await setupFc({ functions: [{ name: 'oss', code, timeoutS: 30, environmentVariables: sink }] });
  const topic = await filled(rig, 30);
  const shared = { ...QUICK, topics: topic, 'batch.size': '10' };
  const oss = {
    'connector.class': 'oss-sink',
    'oss.endpoint': rig.oss.endpoint,
    'oss.region': rig.oss.region,
    'oss.bucket': BUCKET,
    'oss.access.key.id': accessKeyId,
    'oss.access.key.secret': accessKeySecret,
    'oss.format': 'jsonl',
  };
  fc.server.setFault({ kind: 'drop-after', times: 2 });
  const behind = { ...fc.settings, 'fc.function.name': 'oss', 'oss.object.prefix': 'behind' };
  const files = await Promise.all([
    rig.connectorFile(uniqueName('fc'), { ...shared, ...oss, ...behind }),
    rig.connectorFile(uniqueName('fc'), { ...shared, ...oss, 'oss.object.prefix': 'inside' }),
  ]);
  const { code: exit, stderr } = await rig.spawnCli(['run', '--until-caught-up', ...files]).result;
  expect([exit, exit === 0 ? '' : stderr]).toEqual([0, '']);
  const paths = (await objectPaths(rig.bucketFolder)).map((path) => path.slice(rig.bucketFolder.length));
  const of = (prefix: string) => paths.filter((path) => path.startsWith(`/${prefix}/`));
  expect(of('behind').map((path) => path.replace('/behind/', '/inside/'))).toEqual(of('inside'));
  expect(of('inside')).toHaveLength(6);
  for (const path of of('inside')) {
    const inside = await readFile(join(rig.bucketFolder, path));
    expect(await readFile(join(rig.bucketFolder, path.replace('/inside/', '/behind/')))).toEqual(inside);
  }
  expect(await writtenRecords(rig.bucketFolder)).toHaveLength(120);
});
