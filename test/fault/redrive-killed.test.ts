import { describe, expect, it } from 'vitest';
import {
  connectorOf,
  errorRecord,
  errorsCli,
  manyFailed,
  recordsIn,
  sourceAndErrors,
  startedRedrive,
  valuesIn,
} from '../helpers/error-records.ts';
import { startRig } from '../helpers/pipeline.ts';

const RECORDS = 120;
const expected = manyFailed('any', RECORDS)
  .map(({ value }) => String(value))
  .sort();

describe('a redrive that is killed', () => {
  it('goes on after kill -9, again and again: each record is in its topic exactly once', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig);
    await rig.produce(topics.errors, 0, manyFailed(topics.source, RECORDS));
    const file = await connectorOf(rig, topics);
    for (const atLeast of [7, 31]) {
      const run = await startedRedrive(rig, file, topics.source, atLeast);
      run.kill('SIGKILL');
      expect((await run.result).signal).toBe('SIGKILL');
    }
    expect((await recordsIn(rig, topics.source)).length).toBeLessThan(RECORDS);
    // What came after the redrive began is not part of it.
    await rig.produce(topics.errors, 0, [errorRecord({ topic: topics.source, offset: 900 })]);
    const { code, data } = await errorsCli(rig, 'redrive', file, '--all', '--yes', '--rate', '0');
    expect(code).toBe(0);
    const [report] = (data as { reports: { sent: number; sentBefore: number; complete: boolean }[] }).reports;
    expect(report?.complete).toBe(true);
    expect(await valuesIn(rig, topics.source)).toEqual(expected);
    await errorsCli(rig, 'redrive', file, '--all', '--yes', '--rate', '0');
    expect(await valuesIn(rig, topics.source)).toEqual([...expected, 'v900'].sort());
  });
});
