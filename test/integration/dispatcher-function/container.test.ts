import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDockerfile } from '../../helpers/dockerfile.ts';
import { recordOf, startRig, writtenRecords } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { variablesOf } from './dispatcher-setup.ts';

const DOCKERFILE = join(import.meta.dirname, '../../../infra/containers/dispatcher/Dockerfile');

/** The address in the log line that tells it. */
function addressIn(stderr: string): string | undefined {
  return /"address":"http:\/\/[\d.]+:(\d+)"/.exec(stderr)?.[1];
}

async function statusOf(port: string, path: string): Promise<number> {
  const { status, body } = await fetch(`http://127.0.0.1:${port}${path}`);
  await body?.cancel();
  return status;
}

describe('the dispatcher as a container', () => {
  it('runs the connector of the environment, tells its health where the platform asks, and drains at SIGTERM', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(2);
    const file = readDockerfile(DOCKERFILE);
    const [, , ...args] = [...file.words('ENTRYPOINT'), ...file.words('CMD')];
    const variables = variablesOf(rig, topic, {
      LINGER_MS: '50',
      OSS_ACCESS_KEY_ID: rig.credentials.accessKeyId,
      OSS_ACCESS_KEY_SECRET: rig.credentials.accessKeySecret,
    });
    const child = rig.spawnCli(args, { ...variables, SPILLWAY_LISTENERS: '', FC_CUSTOM_LISTEN_PORT: '0' });
    let said = '';
    child.stderr?.on('data', (text: string) => (said += text));
    const port = await waitFor(() => addressIn(said), { what: 'the address' });
    expect(await statusOf(port, '/spillway/health/live')).toBe(200);
    await waitFor(async () => (await statusOf(port, '/spillway/health/ready')) === 200, { what: 'a running task' });
    await rig.produce(
      topic,
      1,
      Array.from({ length: 100 }, (_, n) => recordOf(null, String(n))),
    );
    await waitFor(async () => (await writtenRecords(rig.bucketFolder)).length >= 100, { what: 'records in OSS' });
    child.kill('SIGTERM');
    expect(await child.result).toMatchObject({ code: 0, signal: null });
    expect(await writtenRecords(rig.bucketFolder)).toHaveLength(100);
  });

  it('drains when the platform asks before it ends the instance', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    const variables = variablesOf(rig, topic, {
      OSS_ACCESS_KEY_ID: rig.credentials.accessKeyId,
      OSS_ACCESS_KEY_SECRET: rig.credentials.accessKeySecret,
    });
    const child = rig.spawnCli(['run'], { ...variables, SPILLWAY_LISTENERS: '', FC_CUSTOM_LISTEN_PORT: '0' });
    let said = '';
    child.stderr?.on('data', (text: string) => (said += text));
    const port = await waitFor(() => addressIn(said), { what: 'the address' });
    await waitFor(async () => (await statusOf(port, '/spillway/health/ready')) === 200, { what: 'a running task' });
    expect(await statusOf(port, '/pre-stop')).toBe(200);
    expect(await child.result).toMatchObject({ code: 0, signal: null });
  });

  it('says what is missing where neither files nor variables describe a connector', async () => {
    const rig = await startRig();
    const { code, stderr } = await rig.spawnCli(['run']).result;
    expect(code).toBe(1);
    expect(stderr).toContain('CONNECTOR_CLASS');
  });
});
