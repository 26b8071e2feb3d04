import { describe, expect, it } from 'vitest';
import { uniqueName } from '../helpers/kafka.ts';
import { objectPaths, recordOf, startRig, writtenRecords } from '../helpers/pipeline.ts';
import { waitFor } from '../helpers/wait-for.ts';

const PER_PARTITION = 4_000;
const PARTITIONS = 3;
/** So that the next run need not wait long for the dead member's partitions. */
const SHORT_SESSION = { SPILLWAY_SESSION_TIMEOUT_MS: '6000' };

async function filledRig() {
  const rig = await startRig();
  const topic = await rig.createTopic(PARTITIONS);
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await rig.produce(
      topic,
      partition,
      Array.from({ length: PER_PARTITION }, (_, i) => recordOf(`k${i}`, `value ${partition}/${i}`)),
    );
  }
  const file = await rig.connectorFile(uniqueName('killed'), {
    topics: topic,
    'batch.size': '100',
    'linger.ms': '200',
    'max.in.flight.batches': '2',
  });
  return { rig, topic, file };
}

/** Every record by name with how often it was written. */
async function timesWritten(bucketFolder: string): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const { partition, offset, value } of await writtenRecords(bucketFolder)) {
    expect(value).toBe(`value ${partition}/${offset}`);
    const id = `${partition}/${offset}`;
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  return times;
}

describe('a worker that is killed', () => {
  it('loses nothing by kill -9 in mid-run, again and again', async () => {
    const { rig, file } = await filledRig();
    // Slow enough to be caught in the middle, half of the time between the write and its reply.
    rig.oss.setFault({ kind: 'delay-after-write', delayMs: 40, times: 40, method: 'PUT' });
    rig.oss.setFault({ kind: 'delay-before-write', delayMs: 40, times: 1_000_000, method: 'PUT' });
    for (let round = 1; round <= 3; round++) {
      const before = (await objectPaths(rig.bucketFolder)).length;
      const run = rig.spawnCli(['run', file], SHORT_SESSION);
      await waitFor(async () => (await objectPaths(rig.bucketFolder)).length >= before + 8, {
        what: `objects of round ${round}`,
        timeoutMs: 120_000,
      });
      run.kill('SIGKILL');
      expect((await run.result).signal).toBe('SIGKILL');
    }
    expect((await timesWritten(rig.bucketFolder)).size).toBeLessThan(PARTITIONS * PER_PARTITION);
    rig.oss.clearFaults();

    const { code, stderr } = await rig.spawnCli(['run', '--until-caught-up', file], SHORT_SESSION).result;
    expect([code, stderr.includes('OSS_OBJECT_DIFFERS')]).toEqual([0, false]);
    expect((await timesWritten(rig.bucketFolder)).size).toBe(PARTITIONS * PER_PARTITION);
  });

  it('loses nothing and repeats nothing by SIGTERM in mid-run: what is under way is finished and committed', async () => {
    const { rig, file } = await filledRig();
    rig.oss.setFault({ kind: 'delay-before-write', delayMs: 40, times: 1_000_000, method: 'PUT' });
    const run = rig.spawnCli(['run', file], SHORT_SESSION);
    await waitFor(async () => (await objectPaths(rig.bucketFolder)).length >= 8, {
      what: 'objects',
      timeoutMs: 120_000,
    });
    run.kill('SIGTERM');
    expect(await run.result).toMatchObject({ code: 0, signal: null });
    const first = await timesWritten(rig.bucketFolder);
    expect(first.size).toBeLessThan(PARTITIONS * PER_PARTITION);
    rig.oss.clearFaults();

    expect((await rig.spawnCli(['run', '--until-caught-up', file], SHORT_SESSION).result).code).toBe(0);
    const times = await timesWritten(rig.bucketFolder);
    expect(times.size).toBe(PARTITIONS * PER_PARTITION);
    expect([...times.values()].every((count) => count === 1)).toBe(true);
  });
});
