import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startHttpFunction } from '../helpers/http-function.ts';
import { uniqueName } from '../helpers/kafka.ts';
import { recordOf, startRig } from '../helpers/pipeline.ts';
import { waitFor } from '../helpers/wait-for.ts';

const RECORDS = 2_000;
const OUTAGE_MS = 30_000;

describe('a target that is down', () => {
  it('for 30 seconds costs nothing: the error topic stays empty, and every record arrives', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(2);
    const fn = await startHttpFunction(async () => {
      await sleep(5);
      return {};
    });
    const records = (from: number) =>
      Array.from({ length: RECORDS / 4 }, (_, i) => recordOf(`k${from + i}`, `v${from + i}`));
    for (const partition of [0, 1]) await rig.produce(topic, partition, records(0));
    const name = uniqueName('outage');
    const file = await rig.connectorFile(name, {
      'connector.class': 'fc-sink',
      'invoke.target': 'http',
      'invoke.http.url': fn.url,
      topics: topic,
      retries: '1',
      'retry.backoff.max.ms': '2000',
    });
    const run = rig.spawnCli(['run', '--json', file]);
    await waitFor(() => fn.envelopes.length >= 3, { what: 'the first envelopes' });
    await fn.down();
    for (const partition of [0, 1]) await rig.produce(topic, partition, records(RECORDS / 4));
    const before = fn.envelopes.length;
    await sleep(OUTAGE_MS);
    expect(fn.envelopes.length).toBe(before);
    expect(run.exitCode).toBeNull();
    await fn.up();

    const arrived = () => new Set(fn.envelopes.flat().map(({ partition, offset }) => `${partition}/${offset}`)).size;
    await waitFor(() => arrived() === RECORDS, { what: 'every record', timeoutMs: 120_000 });
    run.kill('SIGTERM');
    const { code, stdout } = await run.result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).connectors[0].totals).toMatchObject({ written: RECORDS, errant: 0, dropped: 0, gap: 0 });
    const admin = rig.driver.admin();
    const ends = await admin.listOffsets(`connect-error-${name}`, 'latest');
    await admin.close();
    expect([...ends.values()].every((end) => end === 0)).toBe(true);
  });
});
