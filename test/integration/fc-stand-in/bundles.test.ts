import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OSS from 'ali-oss';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OssServer, startOss } from '../../../infra/local/oss/server.ts';
import { bundledFunctions, setupFc } from '../../helpers/fc.ts';
import { invoke, invokeAsync, jsonOf } from './raw-client.ts';

const ROLE = { accessKeyId: 'STS.NRole', accessKeySecret: 'role-secret', securityToken: 'role-token' };
const READER = { accessKeyId: 'LTAIReader', accessKeySecret: 'reader-secret' };
const BUCKET = 'records';

let oss: OssServer;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spillway-oss-'));
  oss = await startOss({ dir, credentials: [ROLE, READER], buckets: [BUCKET] });
});
afterAll(async () => {
  await oss.close();
  await rm(dir, { recursive: true, force: true });
});

const record = (offset: number) => ({
  ...{ key: 'k', offset, overflowFlag: false, partition: 0, timestamp: 1_603_779_578_478, topic: 'orders' },
  ...{ value: `v${offset}`, valueSize: 2 },
});

it('runs the built oss-sink with the credentials of its role: records become objects', async () => {
  const { server } = await setupFc({
    functions: [
      {
        name: 'oss-sink',
        code: (await bundledFunctions())['oss-sink'] ?? '',
        role: ROLE,
        memoryMb: 256,
        environmentVariables: { OSS_ENDPOINT: oss.endpoint, OSS_REGION: oss.region, OSS_BUCKET: BUCKET },
      },
    ],
  });
  const answer = await invoke(server, 'oss-sink', { body: JSON.stringify([record(1), record(2)]) });
  expect(jsonOf(answer)).toEqual({ version: 1, all: 'written', count: 2 });
  await invokeAsync(server, 'oss-sink', JSON.stringify([record(3)]));
  await server.asyncSettled();

  const endpoint = oss.endpoint.replace('127.0.0.1', 'localhost');
  const at = { endpoint, sldEnable: true, bucket: BUCKET, region: `oss-${oss.region}` };
  const client = new OSS({ ...READER, ...at } as OSS.Options);
  const { objects } = await client.listV2({ 'max-keys': '10' }, {});
  const contents = [];
  for (const { name } of objects) contents.push(JSON.parse(String((await client.get(name)).content)) as unknown[]);
  expect(contents.flat()).toMatchObject([1, 2, 3].map(record));
  expect(server.invocations('oss-sink').map(({ cold, errorType }) => [cold, errorType])).toEqual([
    [true, undefined],
    [false, undefined],
  ]);
});
