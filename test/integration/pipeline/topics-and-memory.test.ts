import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { uniqueName } from '../../helpers/kafka.ts';
import { recordOf, startRig, writtenRecords } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const MIB = 1024 * 1024;

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

  it('carries records larger than its memory budget, beside small ones', async () => {
    const rig = await startRig();
    const topic = uniqueName('large');
    const admin = rig.driver.admin();
    const configs = { 'max.message.bytes': String(8 * MIB) };
    await admin.createTopics([{ name: topic, partitions: 2, replicationFactor: -1, configs }]);
    await admin.close();
    const large = (letter: string) => recordOf(letter, letter.repeat(3 * MIB));
    for (const partition of [0, 1]) {
      for (const record of [large('a'), recordOf('b', 'small'), large('c'), large('d')])
        await rig.produce(topic, partition, [record]);
    }
    const file = await rig.connectorFile(uniqueName('large'), { topics: topic });
    const { code, stderr } = await rig.spawnCli(['run', '--until-caught-up', file], {
      SPILLWAY_MEMORY_BUDGET_BYTES: String(MIB),
    }).result;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const sizes = (await writtenRecords(rig.bucketFolder)).map(({ key, valueSize }) => `${key} ${valueSize}`);
    const each = [`a ${3 * MIB}`, 'b 5', `c ${3 * MIB}`, `d ${3 * MIB}`];
    expect(sizes.sort()).toEqual(each.flatMap((one) => [one, one]));
  });

  it('goes on with one connector while the target of another one stalls and holds the memory', async () => {
    const rig = await startRig();
    const file = async (name: string) => {
      const topic = await rig.createTopic(3);
      const records = Array.from({ length: 2_000 }, (_, i) => recordOf(`k${i}`, 'x'.repeat(1_000)));
      for (const partition of [0, 1, 2]) await rig.produce(topic, partition, records);
      return await rig.connectorFile(uniqueName(name), {
        topics: topic,
        'oss.object.prefix': `${name}/`,
        'invoke.timeout.ms': '2000',
        'retry.backoff.max.ms': '500',
      });
    };
    const files = [await file('stalled'), await file('well')];
    rig.oss.setFault({ kind: 'hang', method: 'PUT', keyPrefix: 'stalled/', times: 1_000_000 });
    const run = rig.spawnCli(['run', '--until-caught-up', ...files], {
      SPILLWAY_MEMORY_BUDGET_BYTES: String(2 * MIB),
    });
    const written = async (name: string) => {
      const folder = join(rig.bucketFolder, name);
      if (!existsSync(folder)) return 0;
      return new Set((await writtenRecords(folder)).map(({ partition, offset }) => `${partition}/${offset}`)).size;
    };
    await waitFor(async () => (await written('well')) === 6_000, {
      what: 'all of the other connector',
      timeoutMs: 100_000,
    });
    expect(await written('stalled')).toBe(0);
    rig.oss.clearFaults();
    const { code, stderr } = await run.result;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await written('stalled')).toBe(6_000);
  });
});
