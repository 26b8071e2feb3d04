import { describe, expect, it } from 'vitest';
import { uniqueName } from '../../helpers/kafka.ts';
import { recordOf, startRig, writtenRecords } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

describe('a running connector', () => {
  it('picks up a topic that appears and matches topics.regex, from its beginning', async () => {
    const rig = await startRig();
    const prefix = uniqueName('shop');
    const first = await rig.createTopic(1, `${prefix}-a`);
    await rig.produce(first, 0, [recordOf('k', 'first')]);
    const file = await rig.connectorFile(uniqueName('regex'), { 'topics.regex': `${prefix}-.*`, 'linger.ms': '100' });
    const run = rig.spawnCli(['run', file], { SPILLWAY_METADATA_MAX_AGE_MS: '500' });
    const values = async () => (await writtenRecords(rig.bucketFolder)).map(({ value }) => value);
    await waitFor(async () => (await values()).includes('first'), { what: 'the first topic' });
    const second = await rig.createTopic(2, `${prefix}-b`);
    await rig.produce(second, 1, [recordOf('k', 'second')]);
    await waitFor(async () => (await values()).includes('second'), { what: 'the second topic' });
    run.kill('SIGTERM');
    expect((await run.result).code).toBe(0);
  });

  it('drains a backlog far larger than its memory budget: batches close early', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(4);
    const value = 'x'.repeat(1_000);
    for (let partition = 0; partition < 4; partition++) {
      await rig.produce(
        topic,
        partition,
        Array.from({ length: 3_000 }, (_, i) => recordOf(`k${i}`, value)),
      );
    }
    const file = await rig.connectorFile(uniqueName('memory'), { topics: topic });
    const { code, stdout } = await rig.spawnCli(['run', '--until-caught-up', '--json', file], {
      SPILLWAY_MEMORY_BUDGET_BYTES: String(2 * 1024 * 1024),
    }).result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).connectors[0].totals.written).toBe(12_000);
    const seen = new Set(
      (await writtenRecords(rig.bucketFolder)).map(({ partition, offset }) => `${partition}/${offset}`),
    );
    expect(seen.size).toBe(12_000);
  });
});
