import { describe, expect, it } from 'vitest';
import {
  connectorOf,
  errorRecord,
  errorsCli,
  ORIGINAL_TIMESTAMP,
  sourceAndErrors,
} from '../../helpers/error-records.ts';
import { startRig } from '../../helpers/pipeline.ts';

describe('spillway errors list and show', { timeout: 300_000 }, () => {
  it('lists the newest first, by time, kind, source and place, and counts them', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig, 2);
    const { source, errors } = topics;
    const at = Date.now() - 60_000;
    const old = Array.from({ length: 700 }, (_, offset) => errorRecord({ topic: source, offset, code: 'OLD' }, at));
    await rig.produce(errors, 0, old);
    await rig.produce(errors, 1, [
      errorRecord({ topic: source, partition: 3, offset: 7, code: 'NEW', key: Buffer.from([0xff]) }, at + 30_000),
      { key: null, value: null, headers: [], timestamp: at + 40_000 },
    ]);
    const file = await connectorOf(rig, topics);
    const list = async (...args: string[]) => {
      const { code, data, stderr } = await errorsCli(rig, 'list', file, ...args);
      expect(code, stderr).toBe(0);
      return data as { partition: number; offset: number; failure?: object; keyHead?: object }[];
    };
    const places = async (...args: string[]) => (await list(...args)).map((r) => `${r.partition}:${r.offset}`);

    const newest = await list('-n', '4');
    expect(newest.map((r) => `${r.partition}:${r.offset}`)).toEqual(['1:1', '1:0', '0:699', '0:698']);
    expect(newest[0]?.failure).toBeUndefined();
    expect(newest[1]).toMatchObject({
      failure: {
        connector: 'c1',
        code: 'NEW',
        errorClass: 'RecordError',
        source: { topic: source, partition: 3, offset: 7 },
      },
      keyHead: { encoding: 'base64', head: '/w==' },
      valueSize: 2,
    });
    expect(await places('--since', new Date(at + 20_000).toISOString())).toEqual(['1:1', '1:0']);
    expect(await places('--until', new Date(at + 20_000).toISOString(), '-n', '1')).toEqual(['0:699']);
    expect(await places('--code', 'OLD', '--up-to', '0:2')).toEqual(['0:2', '0:1', '0:0']);
    expect(await list('--summary')).toMatchObject([
      { code: 'OLD', connector: 'c1', sourceTopic: source, errorTopic: errors, records: 700 },
      { records: 1 },
      { records: 1 },
    ]);
    const { stdout } = await rig.spawnCli(['errors', 'list', '--topic', errors, '--source', `${source}:3`]).result;
    expect(stdout).toContain(`${source}-3@7`);
    expect(stdout).not.toContain('OLD');
  });

  it('shows a record with everything that is known of it, and lets none steer the terminal', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig);
    const headers = [{ key: 'trace', value: Buffer.from('abc') }];
    const value = Buffer.from(`订单 \u001b[31m ${'x'.repeat(3_000)}`);
    await rig.produce(topics.errors, 0, [
      errorRecord({ topic: topics.source, partition: 2, offset: 9, key: Buffer.from([0xff]), value, headers }),
    ]);
    const { code, stdout } = await rig.spawnCli(['errors', 'show', '--topic', topics.errors, '0:0']).result;
    expect(code).toBe(0);
    for (const part of [
      `${topics.source}-2 offset 9`,
      'BAD (RecordError)',
      'it was bad',
      'trace: abc',
      'base64 /w==',
      '订单',
    ])
      expect(stdout).toContain(part);
    expect(stdout).toContain(new Date(ORIGINAL_TIMESTAMP).toISOString());
    expect(stdout).toContain(`${value.length} bytes; the first 1000, --full shows all`);
    expect(stdout).not.toContain('\u001b');
    const { data } = await errorsCli(rig, 'show', '--topic', topics.errors, '0:0', '--full');
    expect(data).toMatchObject({
      failure: { code: 'BAD', attempts: 0, offset: 9 },
      original: { headers: [{ key: 'trace', value: { head: 'abc' } }] },
      value: { head: value.toString(), cut: false },
    });
    const missing = await rig.spawnCli(['errors', 'show', '--topic', topics.errors, '0:5']).result;
    expect([missing.code, missing.stderr.includes('that partition holds 0 to 1')]).toEqual([1, true]);
  });
});
