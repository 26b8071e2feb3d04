import { describe, expect, it } from 'vitest';
import {
  connectorOf,
  errorRecord,
  errorsCli,
  headerTexts,
  manyFailed,
  ORIGINAL_TIMESTAMP,
  recordsIn,
  sourceAndErrors,
} from '../../helpers/error-records.ts';
import { startRig } from '../../helpers/pipeline.ts';

const REDRIVE_HEADERS = ['spillway.redrive.source', 'spillway.redrive.timestamp', 'spillway.redrive.attempt'];

describe('spillway errors redrive, to the original topic', { timeout: 300_000 }, () => {
  it('restores key, value and headers byte for byte, in the original partition, and says where it comes from', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig, 3);
    const { source, errors } = topics;
    // The original itself carries such headers: it was in an error topic before it was read.
    const headers = [
      { key: 'a', value: Buffer.from([0x80]) },
      { key: 'a', value: null },
      { key: 'spillway.redrive.attempt', value: Buffer.from('7') },
      ...errorRecord({ topic: 'other', offset: 3 }).headers,
    ];
    const odd = { key: Buffer.from([0xff, 0, 0xfe]), value: Buffer.from([0xc3, 0x28]), headers };
    await rig.produce(errors, 0, [errorRecord({ topic: source, partition: 2, offset: 5, ...odd })]);
    await rig.produce(errors, 1, [
      errorRecord({ topic: source, partition: 1, offset: 6, key: null, value: null }),
      errorRecord({ topic: source, partition: 1, offset: 7, key: Buffer.alloc(0), value: Buffer.alloc(0) }),
    ]);
    const before = Date.now();
    const { code, data, stderr } = await errorsCli(rig, 'redrive', await connectorOf(rig, topics), '--all', '--yes');
    expect([code, stderr.includes('3 records sent')]).toEqual([0, true]);
    expect(data).toMatchObject({ dryRun: false, reports: [{ sent: 3, failed: 0, foreign: 0, complete: true }] });

    const [nulls, empties, bytes, ...others] = await recordsIn(rig, source);
    expect(others).toEqual([]);
    expect([bytes?.partition, bytes?.key, bytes?.value]).toEqual([2, odd.key, odd.value]);
    expect(bytes?.headers.slice(0, headers.length)).toEqual(headers);
    expect(bytes?.headers.slice(headers.length).map(({ key }) => key)).toEqual(REDRIVE_HEADERS);
    expect(headerTexts(bytes)).toMatchObject({
      'spillway.redrive.source': `${errors}/0/0`,
      'spillway.redrive.timestamp': String(ORIGINAL_TIMESTAMP),
      'spillway.redrive.attempt': '1',
    });
    expect(bytes?.timestamp).toBeGreaterThanOrEqual(before);
    expect([nulls?.partition, nulls?.key, nulls?.value]).toEqual([1, null, null]);
    expect([empties?.key?.length, empties?.value?.length]).toEqual([0, 0]);
  });

  it('sends nothing and leaves nothing without --yes, and says how to', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig);
    await rig.produce(topics.errors, 0, manyFailed(topics.source, 4));
    const file = await connectorOf(rig, topics);
    const admin = rig.driver.admin();
    const { code, stdout } = await rig.spawnCli(['errors', 'redrive', file, '--all']).result;
    expect(code).toBe(0);
    expect(stdout).toContain(`4 records would go back to ${topics.source}`);
    expect(stdout).toContain(`spillway errors redrive ${file} --all --yes`);
    const rehearsed = await errorsCli(rig, 'redrive', file, '--all', '--dry-run');
    expect(rehearsed.data).toMatchObject({
      dryRun: true,
      rehearsals: [{ send: [{ topic: topics.source, records: 4 }], parked: 0, failed: [], foreign: 0, resumes: false }],
    });
    expect(await recordsIn(rig, topics.source)).toEqual([]);
    const [{ group = '' } = {}] = (rehearsed.data as { rehearsals: { group?: string }[] }).rehearsals;
    expect(group).toContain(topics.errors);
    expect((await admin.committedOffsets(group, topics.errors)).size).toBe(0);
    await admin.close();
  });

  it('sends each record once however often it is run, then what came since; and all of it again when asked to', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig);
    const { source, errors } = topics;
    const file = await connectorOf(rig, topics);
    const redrive = async (...more: string[]) =>
      (await errorsCli(rig, 'redrive', file, '--all', '--yes', '--rate', '0', ...more)).data;
    await rig.produce(errors, 0, manyFailed(source, 5));
    expect(await redrive()).toMatchObject({ reports: [{ sent: 5 }] });
    expect(await redrive()).toMatchObject({ reports: [{ sent: 0, complete: true }] });
    await rig.produce(errors, 0, [errorRecord({ topic: source, offset: 90 })]);
    expect(await redrive()).toMatchObject({ reports: [{ sent: 1 }] });
    expect((await recordsIn(rig, source)).map(({ value }) => String(value))).toEqual([
      ...['v0', 'v1', 'v2', 'v3', 'v4'],
      'v90',
    ]);
    expect(await redrive('--again')).toMatchObject({ reports: [{ sent: 6 }] });
  });

  it('sends what filters, ranges and places select, and nothing else', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig, 2);
    const { source, errors } = topics;
    const file = await connectorOf(rig, topics);
    await rig.produce(errors, 0, [
      errorRecord({ topic: source, offset: 0, code: 'A' }),
      errorRecord({ topic: source, offset: 1, code: 'B' }),
      errorRecord({ topic: source, offset: 2, code: 'A', connector: 'c2' }),
      errorRecord({ topic: source, offset: 3, code: 'A' }),
    ]);
    await rig.produce(errors, 1, [errorRecord({ topic: source, partition: 1, offset: 4, code: 'A' })]);
    const sent = async (...args: string[]) => {
      const had = (await recordsIn(rig, source)).length;
      const { code } = await errorsCli(rig, 'redrive', file, '--yes', '--rate', '0', ...args);
      expect(code).toBe(0);
      const now = await recordsIn(rig, source);
      return now
        .sort((a, b) => a.timestamp - b.timestamp)
        .slice(had)
        .map(({ value }) => String(value))
        .sort();
    };
    expect(await sent('--code', 'B')).toEqual(['v1']);
    expect(await sent('--connector', 'c2')).toEqual(['v2']);
    expect(await sent('--source', `${source}:1`)).toEqual(['v4']);
    expect(await sent('0:3', '1:0')).toEqual(['v3', 'v4']);
    expect(await sent('--from', '0:1', '--up-to', '0:2')).toEqual(['v1', 'v2']);
    expect(await sent('--code', 'A', '--class', 'RecordError')).toEqual(['v0', 'v2', 'v3', 'v4']);
  });

  it('reports what no connector wrote, skips it, and leaves it where it is', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig);
    const { source, errors } = topics;
    const stranger = { key: null, value: Buffer.from('hello'), headers: [], timestamp: Date.now() };
    const good = errorRecord({ topic: source, offset: 1 });
    const broken = {
      ...good,
      headers: good.headers.map((h) => (h.key.endsWith('offset') ? { ...h, value: null } : h)),
    };
    await rig.produce(errors, 0, [stranger, good, broken]);
    const { code, data } = await errorsCli(rig, 'redrive', await connectorOf(rig, topics), '--all', '--yes');
    expect(code).toBe(0);
    expect(data).toMatchObject({
      reports: [{ sent: 1, foreign: 2, failures: [{ offset: 0, outcome: 'foreign' }, { offset: 2 }] }],
    });
    expect((await recordsIn(rig, source)).map(({ value }) => String(value))).toEqual(['v1']);
    expect(await recordsIn(rig, errors)).toHaveLength(3);
  });

  it('exits 1 and names the record when it cannot be sent, and sends the others', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig);
    const { source, errors } = topics;
    const admin = rig.driver.admin();
    const small = `${source}-small`;
    await admin.createTopics([
      { name: small, partitions: 1, replicationFactor: -1, configs: { 'max.message.bytes': '1000' } },
    ]);
    await admin.close();
    await rig.produce(errors, 0, [
      errorRecord({ topic: `${source}-gone`, offset: 0 }),
      errorRecord({ topic: small, offset: 1, value: Buffer.alloc(2_000, 'x') }),
      errorRecord({ topic: small, offset: 2 }),
    ]);
    const { code, data } = await errorsCli(rig, 'redrive', await connectorOf(rig, topics), '--all', '--yes');
    expect(code).toBe(1);
    expect(data).toMatchObject({
      reports: [
        {
          sent: 1,
          failed: 2,
          complete: true,
          failures: [
            { offset: 0, code: 'TOPIC_MISSING' },
            { offset: 1, code: 'RECORD_TOO_LARGE_FOR_TOPIC' },
          ],
        },
      ],
    });
    expect((await recordsIn(rig, small)).map(({ value }) => String(value))).toEqual(['v2']);
  });

  it('says which records must be named', async () => {
    const rig = await startRig();
    const file = await connectorOf(rig, { source: 'a', errors: 'b' });
    const { code, stderr } = await rig.spawnCli(['errors', 'redrive', file]).result;
    expect([code, stderr.includes('--all')]).toEqual([1, true]);
  });
});
