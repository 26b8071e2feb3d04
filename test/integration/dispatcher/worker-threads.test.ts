import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { objectPaths } from '../../helpers/pipeline.ts';
import {
  counted,
  filled,
  logLines,
  PARTITIONS,
  TASKS,
  TWO_THREADS,
  threadsAtWork,
} from '../../helpers/threaded-runs.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const MINUTES = 240_000;
const MIB = 2 ** 20;

/** Two threads need two cores. */
describe.skipIf(availableParallelism() < 2)('a run on two threads', { timeout: 300_000 }, () => {
  it('carries everything exactly once until it caught up, within one small budget', async () => {
    const { rig, file } = await filled(3_000, 1_000);
    const env = { ...TWO_THREADS, SPILLWAY_MEMORY_BUDGET_BYTES: String(4 * MIB) };
    const { code, stdout, stderr } = await rig.spawnCli(['run', '--until-caught-up', '--json', file], env).result;
    expect([code, stderr.includes('OSS_OBJECT_DIFFERS')]).toEqual([0, false]);
    expect(await counted(rig)).toEqual({ distinct: PARTITIONS * 3_000, repeated: 0 });
    const report = JSON.parse(stdout) as { connectors: { totals: object; lag: number; tasks: { id: number }[] }[] };
    expect(report.connectors).toHaveLength(1);
    expect(report.connectors[0]).toMatchObject({ totals: { written: PARTITIONS * 3_000 }, lag: 0 });
    expect(report.connectors[0]?.tasks.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
    expect(threadsAtWork(stderr)).toEqual([1, 2]);
  });

  it('shows the tasks of both in health and metrics, and stops by SIGTERM without a loss or a repeat', async () => {
    const { rig, file, name, topic } = await filled(4_000);
    rig.oss.setFault({ kind: 'delay-before-write', delayMs: 100, times: 1_000_000, method: 'PUT' });
    const run = rig.spawnCli(['run', file], TWO_THREADS);
    let log = '';
    run.stderr?.on('data', (text: string) => (log += text));
    const address = () => logLines(log.slice(0, log.lastIndexOf('\n'))).find(({ msg }) => msg === 'metrics and health');
    await waitFor(async () => (await objectPaths(rig.bucketFolder)).length >= 8, {
      what: 'objects',
      timeoutMs: MINUTES,
    });
    const { address: base } = address() as { address: string };
    await waitFor(async () => (await fetch(`${base}/health`)).status === 200, { what: 'health', timeoutMs: MINUTES });
    const text = await (await fetch(`${base}/metrics`)).text();
    const series = text.split('\n').filter((line) => !line.startsWith('#') && line !== '');
    for (let task = 0; task < TASKS; task++) {
      expect(series).toContain(`spillway_task_state{connector="${name}",task="${task}"} 2`);
    }
    expect(series.filter((line) => line.startsWith('spillway_memory_budget_bytes'))).toHaveLength(1);
    expect(text).toMatch(
      new RegExp(`spillway_records_written_total\\{connector="${name}",task="\\d",topic="${topic}"\\} [1-9]`),
    );
    run.kill('SIGTERM');
    expect(await run.result).toMatchObject({ code: 0, signal: null });
    expect((await counted(rig)).distinct).toBeLessThan(PARTITIONS * 4_000);
    rig.oss.clearFaults();
    expect((await rig.spawnCli(['run', '--until-caught-up', file], TWO_THREADS).result).code).toBe(0);
    expect(await counted(rig)).toEqual({ distinct: PARTITIONS * 4_000, repeated: 0 });
  });

  it('fails as one thread does when it cannot start', async () => {
    const { rig, file } = await filled(1, 0, { topics: 'not-there' });
    const one = await rig.spawnCli(['run', file]).result;
    const two = await rig.spawnCli(['run', file], TWO_THREADS).result;
    expect([two.code, two.stderr.includes('TOPIC_MISSING: no such topic')]).toEqual([1, true]);
    expect(two.stderr.split('\n').at(-2)).toBe(one.stderr.split('\n').at(-2));
  });

  it('loads functions of the user in each thread, and says why when it cannot', async () => {
    const { rig, topic } = await filled(500);
    const module = join(rig.folder, 'function.mjs');
    const config = {
      'connector.class': 'fc-sink',
      topics: topic,
      'tasks.max': '4',
      'invoke.target': 'in-process',
      'invoke.module': 'function.mjs',
    };
    const file = await rig.connectorFile('own-function', config);
    const missing = await rig.spawnCli(['run', '--until-caught-up', file], TWO_THREADS).result;
    expect([missing.code, missing.stderr.includes('FUNCTION_MODULE_INVALID: ')]).toEqual([1, true]);
    await writeFile(module, 'export const handler = async () => undefined;\n');
    const run = await rig.spawnCli(['run', '--until-caught-up', '--json', file], TWO_THREADS).result;
    expect([run.code, threadsAtWork(run.stderr)]).toEqual([0, [1, 2]]);
    expect(JSON.parse(run.stdout)).toMatchObject({ connectors: [{ totals: { written: PARTITIONS * 500 } }] });
  });

  it('works for the sources as they are, too', async () => {
    const { rig, file } = await filled(100);
    const program = ['--import', 'tsx', 'cli/main.ts', 'run', '--until-caught-up', file];
    const env = { SPILLWAY_BOOTSTRAP_SERVERS: rig.bootstrapServers, SPILLWAY_LISTENERS: 'http://127.0.0.1:0' };
    const child = spawn(process.execPath, program, {
      env: { ...process.env, ...env, ...TWO_THREADS },
      stdio: 'inherit',
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(await counted(rig)).toEqual({ distinct: PARTITIONS * 100, repeated: 0 });
  });

  it('has no more threads than there are cores, and says so', async () => {
    const { rig, file } = await filled(1, 0, { topics: 'not-there' });
    const { stderr } = await rig.spawnCli(['run', file], { SPILLWAY_WORKER_THREADS: '1000' }).result;
    const cores = availableParallelism();
    expect(logLines(stderr)).toContainEqual(
      expect.objectContaining({ level: 40, wanted: 1_000, threads: Math.min(cores, 4), cores, tasks: 4 }),
    );
  });
});
