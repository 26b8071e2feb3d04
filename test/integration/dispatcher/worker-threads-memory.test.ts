import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { uniqueName } from '../../helpers/kafka.ts';
import { recordOf, startRig, writtenRecords } from '../../helpers/pipeline.ts';
import { logLines, TWO_THREADS, threadsAtWork } from '../../helpers/threaded-runs.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const MIB = 2 ** 20;
const BUDGET = 16 * MIB;
const BATCH = MIB / 4;
/** Threads do not wait for each other's counts: each of the two may take one batch and one call of each of the two connectors beyond the
 *  budget, and what a fetch of each of the four tasks brings (docs/decisions/0022-worker-threads.md). */
const BEYOND = 2 * 2 * (BATCH + BATCH) + 4 * (MIB / 4);
const PARTITIONS = 4;
const PER_PARTITION = 30_000;
const TOTAL = PARTITIONS * PER_PARTITION;
const MINUTES = 240_000;

/** Most memory that the process ever had, in bytes; undefined where the system does not tell, or the process is gone. */
async function peakRss(pid: number | undefined): Promise<number | undefined> {
  // A process may end between any check and the read, which then fails with ESRCH.
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kib = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

describe.skipIf(availableParallelism() < 2)('the memory budget of two threads', { timeout: 300_000 }, () => {
  it('bounds both together while one target hangs, and keeps no other connector from its end', async () => {
    const rig = await startRig();
    const file = async (name: string) => {
      const topic = await rig.createTopic(PARTITIONS, name);
      const records = Array.from({ length: PER_PARTITION }, (_, i) => recordOf(`k${i}`, 'x'.repeat(1_000)));
      for (let partition = 0; partition < PARTITIONS; partition++) await rig.produce(topic, partition, records);
      return await rig.connectorFile(uniqueName(name), {
        topics: topic,
        'tasks.max': '2',
        'oss.object.prefix': `${name}/`,
        'batch.bytes': String(BATCH),
        'invoke.timeout.ms': '2000',
        'retry.backoff.max.ms': '500',
      });
    };
    const files = [await file('stalled'), await file('well')];
    rig.oss.setFault({ kind: 'hang', method: 'PUT', keyPrefix: 'stalled/', times: 1_000_000 });
    const env = { ...TWO_THREADS, SPILLWAY_MEMORY_BUDGET_BYTES: String(BUDGET) };
    const run = rig.spawnCli(['run', '--until-caught-up', ...files], env);
    let log = '';
    run.stderr?.on('data', (text: string) => (log += text));
    const written = async (name: string) => {
      const folder = join(rig.bucketFolder, name);
      if (!existsSync(folder)) return 0;
      return new Set((await writtenRecords(folder)).map(({ partition, offset }) => `${partition}/${offset}`)).size;
    };
    const used: number[] = [];
    let peak: number | undefined;
    const look = async () => {
      const complete = logLines(log.slice(0, log.lastIndexOf('\n')));
      const address = complete.find(({ msg }) => msg === 'metrics and health')?.['address'];
      if (address === undefined) return;
      peak = (await peakRss(run.pid)) ?? peak;
      // The run ends by itself, maybe while it is looked at: what was seen until then is what counts.
      const text = await fetch(`${String(address)}/metrics`).then(
        (answer) => answer.text(),
        () => '',
      );
      const bytes = /^spillway_memory_used_bytes (\d+)$/m.exec(text)?.[1];
      if (bytes !== undefined) used.push(Number(bytes));
    };
    const wellIsThere = async () => {
      await look();
      return (await written('well')) === TOTAL;
    };
    await waitFor(wellIsThere, { what: 'all of the other connector', timeoutMs: MINUTES });
    expect(await written('stalled')).toBe(0);
    rig.oss.clearFaults();
    const stalledIsThere = async () => {
      await look();
      return (await written('stalled')) > TOTAL / 2;
    };
    await waitFor(stalledIsThere, { what: 'half of the stalled one', timeoutMs: MINUTES });
    const { code, stderr } = await run.result;
    expect([code, threadsAtWork(stderr)]).toEqual([0, [1, 2]]);
    expect(await written('stalled')).toBe(TOTAL);
    expect(Math.max(...used)).toBeGreaterThan(BUDGET / 4);
    expect(Math.max(...used)).toBeLessThanOrEqual(BUDGET + BEYOND);
    // Three runtimes and the budget come to 360 to 440 MiB; what the stalled topic holds is more than the difference.
    if (peak !== undefined) expect(peak).toBeLessThan(480 * MIB);
  });
});
