import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { headerTexts, recordsIn } from '../helpers/error-records.ts';
import { uniqueName } from '../helpers/kafka.ts';
import { recordOf, startRig } from '../helpers/pipeline.ts';
import { visibleRecords } from '../helpers/two-phase-sink.ts';
import { waitFor } from '../helpers/wait-for.ts';

const PARTITIONS = 3;
const PER_PARTITION = 1_500;
/** Of four that are killed; the last one has the rest. */
const PER_ROUND = 200;
const isBad = (index: number) => index % 400 === 77;

describe('a worker of a two-phase sink that is killed', () => {
  it('makes every record visible once, by kill -9 between and within the phases', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(PARTITIONS);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const values = Array.from({ length: PER_PARTITION }, (_, i) =>
        recordOf(`k${i}`, isBad(i) ? 'bad' : `value ${i}`),
      );
      await rig.produce(topic, partition, values);
    }
    const folder = join(rig.folder, 'sink');
    const name = uniqueName('two-phase');
    const start = (...most: string[]) => {
      const program = ['--import', 'tsx', 'test/helpers/two-phase-program.ts', folder, topic, name, ...most];
      const env = { ...process.env, SPILLWAY_BOOTSTRAP_SERVERS: rig.bootstrapServers };
      const child = spawn(process.execPath, program, { env, stdio: 'inherit' });
      onTestFinished(() => void child.kill('SIGKILL'));
      return { child, ended: once(child, 'close') };
    };
    for (let round = 1; round <= 4; round++) {
      const before = (await visibleRecords(folder)).length;
      const { child, ended } = start(String(before + PER_ROUND));
      await waitFor(async () => (await visibleRecords(folder)).length >= before + PER_ROUND, {
        what: `records of round ${round}`,
        timeoutMs: 120_000,
      });
      child.kill('SIGKILL');
      await ended;
    }
    expect((await visibleRecords(folder)).length).toBeLessThan(PARTITIONS * PER_PARTITION);
    expect(await start().ended).toEqual([0, null]);

    const all = Array.from({ length: PARTITIONS }, (_, partition) =>
      Array.from({ length: PER_PARTITION }, (_, offset) => ({ name: `${partition}/${offset}`, isBad: isBad(offset) })),
    ).flat();
    const bad = all.filter((record) => record.isBad);
    const good = all.filter((record) => !record.isBad).map((record) => record.name);
    expect((await visibleRecords(folder)).sort()).toEqual(good.sort());
    // Some more than once: whoever is killed between the error topic and its commit writes them again.
    const places = (await recordsIn(rig, `connect-error-${name}`)).map((record) => {
      const headers = headerTexts(record);
      return `${headers['__connect.errors.partition']}/${headers['__connect.errors.offset']}`;
    });
    expect(bad.map((record) => record.name).filter((place) => !places.includes(place))).toEqual([]);
  });
});
