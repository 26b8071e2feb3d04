import { describe, expect, it } from 'vitest';
import {
  connectorOf,
  errorRecord,
  errorsCli,
  headerTexts,
  recordsIn,
  sourceAndErrors,
} from '../../helpers/error-records.ts';
import { startHttpFunction } from '../../helpers/http-function.ts';
import { objectPaths, recordOf, startRig, writtenRecords } from '../../helpers/pipeline.ts';

describe('spillway errors redrive --to sink', { timeout: 300_000 }, () => {
  it('writes the object of the original record, the same one however often it is repeated', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig);
    const { source, errors } = topics;
    const file = await connectorOf(rig, topics);
    const { name = '' } = { name: file.replace(/^.*\/|\.json$/g, '') };
    await rig.produce(errors, 0, [
      errorRecord({ topic: source, partition: 4, offset: 17, connector: name }),
      errorRecord({ topic: source, partition: 4, offset: 18, connector: name, value: null }),
      errorRecord({ topic: source, partition: 4, offset: 19, connector: 'another' }),
    ]);
    for (let round = 1; round <= 2; round++) {
      const { code, data } = await errorsCli(rig, 'redrive', file, '--all', '--to', 'sink', '--yes', '--again');
      expect(code).toBe(1);
      expect(data).toMatchObject({
        reports: [{ sent: 2, failed: 1, failures: [{ offset: 2, code: 'REDRIVE_OTHER_CONNECTOR' }] }],
      });
      expect(await objectPaths(rig.bucketFolder)).toHaveLength(2);
    }
    expect(await writtenRecords(rig.bucketFolder)).toMatchObject([
      { topic: source, partition: 4, offset: 17, key: 'k17', value: 'v17' },
      { topic: source, partition: 4, offset: 18, key: 'k18', valueSize: 0 },
    ]);
    expect(await recordsIn(rig, source)).toEqual([]);
  });

  it('counts attempts of what a function refuses again, and parks it at last; what it takes is sent', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig);
    const { source, errors } = topics;
    const target = await startHttpFunction((records) => ({
      body: {
        version: 1,
        outcomes: records.map(({ topic, partition, offset }) =>
          offset === 5
            ? { topic, partition, offset, status: 'errant', code: 'STILL_BAD', message: 'no' }
            : { topic, partition, offset, status: 'written' },
        ),
      },
    }));
    const extra = { 'connector.class': 'fc-sink', 'invoke.target': 'http', 'invoke.http.url': target.url };
    const file = await connectorOf(rig, topics, extra);
    const connector = file.replace(/^.*\/|\.json$/g, '');
    await rig.produce(errors, 0, [
      errorRecord({ topic: source, offset: 5, connector }),
      errorRecord({ topic: source, offset: 6, connector }),
    ]);
    const redrive = () => errorsCli(rig, 'redrive', file, '--all', '--to', 'sink', '--yes', '--max-attempts', '2');
    const first = await redrive();
    expect(first.code).toBe(1);
    expect(first.data).toMatchObject({ reports: [{ sent: 1, returned: 1, failures: [{ code: 'STILL_BAD' }] }] });
    expect(target.envelopes.flat().map(({ offset }) => offset)).toEqual([5, 6]);
    expect((await redrive()).data).toMatchObject({ reports: [{ sent: 0, returned: 1 }] });
    const returned = (await recordsIn(rig, errors)).slice(2);
    expect(returned.map((record) => headerTexts(record)['spillway.redrive.attempt'])).toEqual(['1', '2']);
    expect(headerTexts(returned[1])).toMatchObject({
      '__connect.errors.offset': '5',
      'spillway.error.code': 'STILL_BAD',
      'spillway.redrive.source': `${errors}/0/2`,
    });
    // Not piled up: the own headers (none), one note, one mark.
    expect(returned.map(({ headers }) => headers.length)).toEqual([14, 14]);
    const last = await redrive();
    expect([last.code, last.data]).toMatchObject([0, { reports: [{ sent: 0, parked: 1, returned: 0 }] }]);
    expect(await recordsIn(rig, `${errors}-parked`)).toHaveLength(1);
    expect((await redrive()).data).toMatchObject({ reports: [{ sent: 0, parked: 0 }] });
    expect(target.envelopes).toHaveLength(3);
  });

  it('sends what the connector itself put there, once its configuration takes it', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig);
    const { source } = topics;
    await rig.produce(source, 0, [recordOf('k', Buffer.from([0xff, 0xfe]))]);
    const file = await connectorOf(rig, topics, { 'oss.format': 'raw', 'value.converter': 'string' });
    expect((await rig.spawnCli(['run', '--until-caught-up', file]).result).code).toBe(0);
    const bad = await errorsCli(rig, 'redrive', file, '--all', '--to', 'sink', '--yes');
    expect(bad.data).toMatchObject({ reports: [{ returned: 1, failures: [{ code: 'VALUE_NOT_UTF8' }] }] });
    const { readFile, writeFile } = await import('node:fs/promises');
    const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
    await writeFile(file, JSON.stringify({ ...config, 'value.converter': 'bytes' }));
    const good = await errorsCli(rig, 'redrive', file, '--all', '--to', 'sink', '--yes');
    expect([good.code, good.data]).toMatchObject([0, { reports: [{ sent: 1 }] }]);
    const [path = '', ...others] = await objectPaths(rig.bucketFolder);
    expect([others, (await readFile(path)).includes(Buffer.from([0xff, 0xfe]))]).toEqual([[], true]);
  });

  it('stops, exits 2 and keeps its place when the target cannot be reached', async () => {
    const rig = await startRig();
    const topics = await sourceAndErrors(rig);
    const target = await startHttpFunction();
    const file = await connectorOf(rig, topics, {
      'connector.class': 'fc-sink',
      'invoke.target': 'http',
      'invoke.http.url': target.url,
      'errors.retry.timeout': '500',
    });
    const connector = file.replace(/^.*\/|\.json$/g, '');
    await rig.produce(topics.errors, 0, [errorRecord({ topic: topics.source, offset: 1, connector })]);
    await target.down();
    const down = await errorsCli(rig, 'redrive', file, '--all', '--to', 'sink', '--yes');
    expect([down.code, down.stderr.includes('TARGET_UNREACHABLE')]).toEqual([2, true]);
    await target.up();
    const again = await errorsCli(rig, 'redrive', file, '--all', '--to', 'sink', '--yes');
    expect([again.code, again.data]).toMatchObject([0, { reports: [{ sent: 1 }] }]);
    expect(target.envelopes).toHaveLength(1);
  });
});
