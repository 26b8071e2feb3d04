import { describe, expect, it, onTestFinished } from 'vitest';
import { EVENT_FORMS } from '../../../cli/events/render-event.ts';
import { deployedHandler } from '../../../functions/oss-sink/deployed.ts';
import { spawnCli } from '../../helpers/pipeline.ts';
import { BUCKET, setupOss } from '../oss-sink/oss-setup.ts';

const ROLE = { accessKeyId: 'LTAI5tOfTheTest', accessKeySecret: 'secret-of-the-test' };

async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await spawnCli(['events', ...args], {}).result;
  expect(code, stderr).toBe(0);
  return stdout;
}

describe('spillway events', () => {
  it.each(EVENT_FORMS)('prints an event of the form %s that the deployed oss-sink writes', async (form) => {
    const oss = await setupOss();
    onTestFinished(() => oss.close());
    const handler = deployedHandler(
      {
        OSS_ENDPOINT: oss.server.endpoint,
        OSS_REGION: oss.server.region,
        OSS_BUCKET: BUCKET,
        OSS_FORMAT: 'jsonl',
        LOG_LEVEL: 'silent',
      },
      () => {
        throw new Error('no files in this test');
      },
      () => ROLE,
      Math.random,
    );
    const event = await printed('oss-sink', '--form', form, '--topic', 'test-topic', '-n', '6');
    expect(await handler(Buffer.from(event))).toEqual({ version: 1, all: 'written', count: 6 });
    // Invoked twice with the same event, the effect is once.
    expect(await handler(Buffer.from(event))).toEqual({ version: 1, all: 'written', count: 6 });
    const [object, ...others] = await oss.objects();
    expect(others).toEqual([]);
    expect(object?.name).toBe(`test-topic/0/${'0'.repeat(20)}.jsonl`);
    const lines = object?.body.toString().trimEnd().split('\n') ?? [];
    expect(lines).toHaveLength(6);
    expect(lines[0]).toContain('龙井茶');
    expect(JSON.parse(lines[1] ?? '')).not.toHaveProperty('key');
    expect(JSON.parse(lines[2] ?? '')).not.toHaveProperty('value');
  });

  it('prints one line of JSON with --json, for a user function, too', async () => {
    const text = await printed('fc-sink', '-n', '1', '--json');
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(text)).toMatchObject([{ topic: 'orders', offset: 0, overflowFlag: false }]);
  });

  it.each([
    [['s3-sink'], 'oss-sink'],
    [['oss-sink', '--form', 'xml'], 'cloudevents-strings'],
    [['oss-sink', '-n', '0'], 'from 1 to'],
    [['oss-sink', '--topic', 'a b'], 'a topic name'],
  ])('refuses %j, and says what is there', async (args, expected) => {
    const { code, stdout, stderr } = await spawnCli(['events', ...args], {}).result;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(expected);
  });
});
