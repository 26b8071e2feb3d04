import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { uniqueName } from '../../helpers/kafka.ts';
import { BUCKET, objectPaths, recordOf, spawnCli, startRig } from '../../helpers/pipeline.ts';

const FIXTURES = 'test/fixtures/connect-configs';

describe('spillway validate --from-connect', () => {
  it('prints the connector on standard output, and what to know of it on standard error', async () => {
    const { code, stdout, stderr } = await spawnCli(
      ['validate', '--from-connect', `${FIXTURES}/confluent-s3-hourly.json`],
      {},
    ).result;
    expect(code).toBe(1);
    expect(parse(stdout)).toMatchObject({
      name: 's3sink-orders-prod',
      'connector.class': 'oss-sink',
      'oss.bucket': 'acme-events-prod',
    });
    for (const text of [
      'Confluent S3 sink',
      'To be filled in',
      'oss.region',
      'No counterpart',
      'transforms',
      'Means something else',
    ])
      expect(stderr).toContain(text);
    expect(stdout + stderr).not.toContain('wJalrXUtnFEMI');
  });

  it('prints JSON with --json, on both', async () => {
    const args = ['validate', '--json', '--from-connect', `${FIXTURES}/confluent-http.json`];
    const { code, stdout, stderr } = await spawnCli(args, { HTTP_AUTHORIZATION: 'Basic x' }).result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ 'invoke.http.authorization': '${env:HTTP_AUTHORIZATION}' });
    expect(JSON.parse(stderr.slice(stderr.indexOf('{')))).toMatchObject({
      source: 'Confluent HTTP sink',
      validation: { valid: true, problems: [] },
      fillIn: expect.arrayContaining([expect.objectContaining({ key: 'invoke.http.url' })]),
    });
  });

  it('gives a connector that runs, goes on where the old one stopped, and names its objects as the old one did', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    await rig.produce(topic, 0, [recordOf('k0', 'one'), recordOf('k1', '二'), recordOf('k2', 'three')]);
    const name = uniqueName('s3-sink');
    const old = await readFile(`${FIXTURES}/confluent-s3-hourly.json`, 'utf8');
    const given = JSON.parse(old).config as Record<string, string>;
    const file = join(rig.folder, 'old.json');
    const config = {
      ...given,
      topics: topic,
      'partitioner.class': 'io.confluent.connect.storage.partitioner.DefaultPartitioner',
      's3.compression.type': 'none',
      's3.bucket.name': BUCKET,
      'consumer.override.auto.offset.reset': 'earliest',
      'errors.deadletterqueue.topic.name': `${name}-errors`,
    };
    await writeFile(file, JSON.stringify({ name, config }));
    const { stdout } = await rig.spawnCli(['validate', '--from-connect', file]).result;
    const ours = join(rig.folder, 'ours.yaml');
    await writeFile(ours, `${stdout}oss.endpoint: ${rig.oss.endpoint}\noss.region: ${rig.oss.region}\n`);
    const env = {
      OSS_ACCESS_KEY_ID: rig.credentials.accessKeyId,
      OSS_ACCESS_KEY_SECRET: rig.credentials.accessKeySecret,
    };
    expect(await rig.spawnCli(['validate', ours], env).result).toMatchObject({ code: 0 });
    const { code, stderr } = await rig.spawnCli(['run', '--until-caught-up', ours], env).result;
    expect(code, stderr).toBe(0);
    const [path = '', ...others] = await objectPaths(rig.bucketFolder);
    expect(others).toEqual([]);
    expect(path.slice(rig.bucketFolder.length)).toBe(
      `/raw/kafka/${topic}/partition=0/${topic}+0+${'0'.repeat(20)}.jsonl`,
    );
    const committed = await rig.driver.admin().committedOffsets(`connect-${name}`, topic);
    expect(committed.get(0)?.offset).toBe(3);
  });

  it('exits 1 for a connector that it does not know, and names those it does', async () => {
    const { code, stdout, stderr } = await spawnCli(['validate', '--from-connect', 'package.json'], {}).result;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).not.toContain('at ');
  });
});
