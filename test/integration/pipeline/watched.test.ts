import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startHttpFunction } from '../../helpers/http-function.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { recordOf, startRig } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

/** Sum of a metric over its series. */
function sum(text: string, name: string): number {
  return [...text.matchAll(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'gm'))].reduce(
    (total, [, value]) => total + Number(value),
    0,
  );
}

describe('a worker that is watched', () => {
  it('accounts for every record at every scrape, and tells its health', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(3);
    for (const partition of [0, 1, 2]) {
      const records = Array.from({ length: 800 }, (_, i) =>
        recordOf(`k${i}`, i % 40 === 3 ? Buffer.from([0xff]) : i % 40 === 4 ? null : `v${i}`),
      );
      await rig.produce(topic, partition, records);
    }
    const fn = await startHttpFunction(async (records, call) => {
      await sleep(2);
      const outcomes = records.map(({ topic, partition, offset }) => ({
        topic,
        partition,
        offset,
        status: offset % 50 === 7 ? 'errant' : 'written',
        code: 'X',
      }));
      return call % 9 === 0 ? { status: 503 } : { body: { version: 1, outcomes } };
    });
    const file = await rig.connectorFile(uniqueName('watched'), {
      'connector.class': 'fc-sink',
      'invoke.target': 'http',
      'invoke.http.url': fn.url,
      topics: topic,
      'behavior.on.null.values': 'ignore',
      'retry.backoff.ms': '10',
      'retry.backoff.max.ms': '50',
    });
    const run = rig.spawnCli(['run', '--json', file]);
    let log = '';
    run.stderr?.on('data', (text: string) => {
      log += text;
    });
    const address = await waitFor(() => /"address":"(http:[^"]+)"/.exec(log)?.[1], { what: 'the listener' });
    await waitFor(async () => (await fetch(`${address}/spillway/health/ready`)).status === 200, { what: 'readiness' });
    let scrapes = 0;
    await waitFor(
      async () => {
        const text = await (await fetch(`${address}/metrics`)).text();
        const [polled, filtered, written, errant, dropped, released] = [
          'polled',
          'filtered',
          'written',
          'errant',
          'dropped',
          'released',
        ].map((what) => sum(text, `spillway_records_${what}_total`));
        const inFlight = sum(text, 'spillway_records_in_flight');
        scrapes++;
        expect(polled).toBe(
          (filtered ?? 0) + (written ?? 0) + (errant ?? 0) + (dropped ?? 0) + (released ?? 0) + inFlight,
        );
        return (written ?? 0) + (errant ?? 0) + (dropped ?? 0) === 2_400;
      },
      { what: 'every record', timeoutMs: 120_000 },
    );
    expect(scrapes).toBeGreaterThan(3);
    expect((await fetch(`${address}/health`)).status).toBe(200);
    run.kill('SIGTERM');
    const { code, stdout } = await run.result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).connectors[0].totals).toMatchObject({
      dropped: 60,
      errant: 60 + 48,
      written: 2_400 - 60 - 108,
    });
  });
});
