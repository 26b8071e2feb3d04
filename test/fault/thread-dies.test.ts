import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { objectPaths, type Rig } from '../helpers/pipeline.ts';
import { counted, filled, PARTITIONS, TWO_THREADS } from '../helpers/threaded-runs.ts';
import { waitFor } from '../helpers/wait-for.ts';

const MINUTES = 240_000;
const PER_PARTITION = 3_000;

/** A module that does in the second thread what code of a user's function may do there, once the file `sign` is there. */
async function preload({ folder }: Rig, sign: string, deed: string): Promise<string> {
  const path = join(folder, 'preload.mjs');
  const text = `
    import { existsSync } from 'node:fs';
    import { isMainThread, workerData } from 'node:worker_threads';
    if (!isMainThread && workerData?.spillway?.index === 2)
      setInterval(() => { if (existsSync(${JSON.stringify(sign)})) { ${deed} } }, 20).unref();`;
  await writeFile(path, text);
  return path;
}

describe.skipIf(availableParallelism() < 2)('a thread that dies', { timeout: 600_000 }, () => {
  it.each([
    ['an error that nobody caught', "throw new Error('a bug')", 'a bug'],
    ['its own exit', 'process.exit(3)', 'it ended by itself'],
    [
      'memory that is used up',
      'const kept = []; for (;;) kept.push(new Array(1e6).fill(0.5))',
      'Worker terminated due to reaching memory limit: JS heap out of memory',
    ],
  ])('by %s ends the run; the next one loses nothing and repeats nothing', async (_what, deed, reason) => {
    const { rig, file } = await filled(PER_PARTITION);
    rig.oss.setFault({ kind: 'delay-before-write', delayMs: 100, times: 1_000_000, method: 'PUT' });
    const sign = join(rig.folder, 'die');
    const options = `--max-old-space-size=300 --import ${await preload(rig, sign, deed)}`;
    const run = rig.spawnCli(['run', file], { ...TWO_THREADS, NODE_OPTIONS: options });
    await waitFor(async () => (await objectPaths(rig.bucketFolder)).length >= 16, {
      what: 'objects',
      timeoutMs: MINUTES,
    });
    await writeFile(sign, '');
    const { code, stderr } = await run.result;
    expect([code, stderr]).toEqual([1, expect.stringContaining(`WORKER_THREAD_DIED: thread 2 of 2 died: ${reason}`)]);
    expect((await counted(rig)).distinct).toBeLessThan(PARTITIONS * PER_PARTITION);
    rig.oss.clearFaults();
    const next = await rig.spawnCli(['run', '--until-caught-up', file], TWO_THREADS).result;
    expect([next.code, next.stderr.includes('OSS_OBJECT_DIFFERS')]).toEqual([0, false]);
    expect(await counted(rig)).toEqual({ distinct: PARTITIONS * PER_PARTITION, repeated: 0 });
  });
});
