import { expect, it } from 'vitest';
import { bundledFunctions, FC_KEYS, setupFc } from '../../helpers/fc.ts';
import { BUCKET, startRig, writtenRecords } from '../../helpers/pipeline.ts';
import { call, produceNumbers, variablesOf } from './dispatcher-setup.ts';

it('calls a sink that is a function of its own, named by INVOKE_FC_..., with the key of its role', async () => {
  const rig = await startRig();
  const topic = await rig.createTopic(2);
  await produceNumbers(rig, topic, 2, 200);
  const bundles = await bundledFunctions();
  const { server, settings } = await setupFc();
  const environmentVariables = variablesOf(rig, topic, {
    INVOKE_TARGET: 'fc',
    INVOKE_FC_FUNCTION_NAME: 'oss-sink',
    INVOKE_FC_ENDPOINT: settings['fc.endpoint'] ?? '',
    INVOKE_FC_ACCOUNT_ID: settings['fc.account.id'] ?? '',
    INVOKE_FC_REGION: settings['fc.region'] ?? '',
  });
  const sink = { OSS_ENDPOINT: rig.oss.endpoint, OSS_REGION: rig.oss.region, OSS_BUCKET: BUCKET, OSS_FORMAT: 'jsonl' };
  server.setFunction({
    name: 'oss-sink',
    code: bundles['oss-sink'] ?? '',
    environmentVariables: sink,
    role: rig.credentials,
  });
  server.setFunction({ name: 'dispatcher', code: bundles['dispatcher'] ?? '', environmentVariables, role: FC_KEYS });
  const { body, answer } = await call(server);
  expect([answer.ended, body]).toEqual(['caught-up', expect.stringContaining('"written":200')]);
  const numbers = (await writtenRecords(rig.bucketFolder)).map(({ value }) => Number(value)).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 200 }, (_, n) => n));
  expect(server.invocations('oss-sink').length).toBeGreaterThan(0);
});
