import { expect, it } from 'vitest';
import { connectorOf, errorsCli, headerTexts, recordsIn, sourceAndErrors } from '../../helpers/error-records.ts';
import { startHttpFunction } from '../../helpers/http-function.ts';
import { recordOf, startRig } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

it('a running connector gets redriven records; what fails again is sent back three times, then parked', {
  timeout: 400_000,
}, async () => {
  const rig = await startRig();
  const topics = await sourceAndErrors(rig);
  const { source, errors } = topics;
  let forgiving = false;
  const target = await startHttpFunction((records) => ({
    body: {
      version: 1,
      outcomes: records.map(({ topic, partition, offset, value }) =>
        value === 'never' || (value === 'later' && !forgiving)
          ? { topic, partition, offset, status: 'errant', code: 'BAD', message: 'no' }
          : { topic, partition, offset, status: 'written' },
      ),
    },
  }));
  const extra = {
    'connector.class': 'fc-sink',
    'invoke.target': 'http',
    'invoke.http.url': target.url,
    'linger.ms': '50',
  };
  const file = await connectorOf(rig, topics, extra);
  await rig.produce(source, 0, [recordOf('k', 'good'), recordOf('k', 'later', 1_234_567), recordOf('k', 'never')]);
  const run = rig.spawnCli(['run', file]);
  const errorsAre = (count: number) =>
    waitFor(async () => (await recordsIn(rig, errors)).length >= count, {
      what: `${count} errors`,
      timeoutMs: 120_000,
    });
  await errorsAre(2);
  forgiving = true;
  for (const attempt of [1, 2, 3]) {
    const { code } = await errorsCli(rig, 'redrive', file, '--all', '--yes');
    expect(code).toBe(0);
    await errorsAre(2 + attempt);
  }
  const again = (await recordsIn(rig, errors)).slice(2);
  expect(again.map((record) => headerTexts(record)['spillway.redrive.attempt'])).toEqual(['1', '2', '3']);
  expect(new Set(again.map(({ headers }) => headers.length))).toEqual(new Set([15]));
  const last = await errorsCli(rig, 'redrive', file, '--all', '--yes');
  expect([last.code, last.data]).toMatchObject([0, { reports: [{ sent: 0, parked: 1 }] }]);
  expect((await recordsIn(rig, `${errors}-parked`)).map(({ value }) => String(value))).toEqual(['never']);
  const later = (await recordsIn(rig, source)).filter(({ value }) => String(value) === 'later');
  expect(later.map((record) => headerTexts(record)['spillway.redrive.timestamp'])).toEqual([undefined, '1234567']);
  run.kill('SIGTERM');
  expect((await run.result).code).toBe(0);
});
