import { describe, expect, it } from 'vitest';
import {
  connectorOf,
  errorsCli,
  headerTexts,
  manyFailed,
  recordsIn,
  sourceAndErrors,
  startedRedrive,
  valuesIn,
} from '../../helpers/error-records.ts';
import { startRig } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const RECORDS = 120;

const expected = manyFailed('any', RECORDS)
  .map(({ value }) => String(value))
  .sort();

describe('a redrive that is interrupted', { timeout: 300_000 }, () => {
  it('parks each record once, too', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig);
    const tired = manyFailed(topics.source, 60).map((record) => ({
      ...record,
      headers: [
        ...record.headers,
        { key: 'spillway.redrive.source', value: Buffer.from('before/0/0') },
        { key: 'spillway.redrive.attempt', value: Buffer.from('3') },
      ],
    }));
    await rig.produce(topics.errors, 0, tired);
    const file = await connectorOf(rig, topics);
    const parked = `${topics.errors}-parked`;
    const run = rig.spawnCli(['errors', 'redrive', file, '--all', '--yes', '--rate', '20']);
    const admin = rig.driver.admin();
    await waitFor(async () => (await admin.listTopics()).includes(parked), { what: 'the parking topic' });
    await waitFor(async () => (await recordsIn(rig, parked)).length >= 9, { what: 'parked records' });
    await admin.close();
    run.kill('SIGKILL');
    await run.result;
    expect((await errorsCli(rig, 'redrive', file, '--all', '--yes', '--rate', '0')).code).toBe(0);
    expect(await valuesIn(rig, parked)).toEqual(tired.map(({ value }) => String(value)).sort());
    expect(await recordsIn(rig, topics.source)).toEqual([]);
    const [one] = await recordsIn(rig, parked);
    expect(headerTexts(one)).toMatchObject({
      '__connect.errors.topic': topics.source,
      'spillway.error.code': 'BAD',
      'spillway.redrive.source': `${topics.errors}/0/0`,
      'spillway.redrive.attempt': '3',
    });
  });

  it('finishes what is under way at SIGINT, exits 1, and goes on without waiting', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig);
    await rig.produce(topics.errors, 0, manyFailed(topics.source, RECORDS));
    const file = await connectorOf(rig, topics);
    const run = await startedRedrive(rig, file, topics.source, 5);
    run.kill('SIGINT');
    const { code, signal, stdout } = await run.result;
    expect([code, signal]).toEqual([1, null]);
    const [report] = (JSON.parse(stdout) as { reports: { sent: number; complete: boolean }[] }).reports;
    expect(report?.complete).toBe(false);
    expect(await recordsIn(rig, topics.source)).toHaveLength(report?.sent ?? -1);
    const { stderr } = await errorsCli(rig, 'redrive', file, '--all', '--yes', '--rate', '0');
    expect(stderr).not.toContain('may be under way');
    expect(await valuesIn(rig, topics.source)).toEqual(expected);
  });

  it('is refused while another run of it is alive, which is not disturbed', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig);
    await rig.produce(topics.errors, 0, manyFailed(topics.source, 200));
    const file = await connectorOf(rig, topics);
    const first = await startedRedrive(rig, file, topics.source, 3, '10');
    const second = await rig.spawnCli(['errors', 'redrive', file, '--all', '--yes']).result;
    expect([second.code, second.stderr.includes('REDRIVE_RUNNING')]).toEqual([1, true]);
    const before = (await recordsIn(rig, topics.source)).length;
    await waitFor(async () => (await recordsIn(rig, topics.source)).length > before, { what: 'the first to go on' });
    first.kill('SIGINT');
    expect(await first.result).toMatchObject({ code: 1, signal: null });
  });
});
