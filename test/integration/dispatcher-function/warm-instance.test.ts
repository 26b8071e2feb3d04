import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunAnswer } from '../../../functions/dispatcher/timed/run-answer.ts';
import { bundledFunctions, functionFile } from '../../helpers/fc.ts';
import { recordOf, startRig, writtenRecords } from '../../helpers/pipeline.ts';
import { TIMER_EVENT, variablesOf } from './dispatcher-setup.ts';

const RUNS = 20;
/** Runs after which everything that is loaded or pooled once is there. */
const WARM = 5;

interface Reading {
  readonly answer: RunAnswer;
  /** What keeps the process alive, beside what runs it. */
  readonly resources: readonly string[];
  readonly listeners: number;
  readonly heapBytes: number;
  readonly bufferBytes: number;
}

/** An instance by itself: runs a handler when told to, and says what is left afterwards. */
const INSTANCE = `
const { handler } = await import(process.argv[2]);
process.on('message', async ({ event, context }) => {
  const answer = await handler(Buffer.from(event), context);
  await new Promise(setImmediate);
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  process.send({
    answer,
    resources: process.getActiveResourcesInfo().sort(),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    heapBytes: heapUsed,
    bufferBytes: external,
  });
});
`;

describe('a warm instance', () => {
  it(`leaves nothing behind in ${RUNS} runs, and signs with what each call brings`, async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(2);
    const stale = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'of-the-start', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'over' };
    const env = { ...variablesOf(rig, topic), ...stale, LOG_LEVEL: 'warn' };
    const file = join(await functionFile(INSTANCE), 'index.mjs');
    const bundle = join((await bundledFunctions())['dispatcher'] ?? '', 'index.mjs');
    const instance = fork(file, [bundle], { env, execArgv: ['--expose-gc'], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    onTestFinished(() => void instance.kill('SIGKILL'));
    let said = '';
    for (const stream of [instance.stdout, instance.stderr]) stream?.on('data', (text) => (said += String(text)));

    const context = { function: { timeout: 60 }, credentials: rig.credentials };
    const readings: Reading[] = [];
    for (let run = 0; run < RUNS; run++) {
      await rig.produce(topic, run % 2, [recordOf(null, String(run))]);
      instance.send({ event: TIMER_EVENT, context });
      const [reading] = (await once(instance, 'message')) as [Reading];
      readings.push(reading);
    }
    expect(readings.map(({ answer }) => [answer.ended, answer.written])).toEqual(
      Array.from({ length: RUNS }, () => ['caught-up', 1]),
    );
    const warm = readings.slice(WARM);
    expect(new Set(warm.map(({ resources }) => resources.join()))).toHaveLength(1);
    expect(new Set(warm.map(({ listeners }) => listeners))).toHaveLength(1);
    const grown = (of: (reading: Reading) => number) =>
      of(readings[RUNS - 1] as Reading) - of(readings[WARM] as Reading);
    expect(grown(({ heapBytes }) => heapBytes)).toBeLessThan(2_000_000);
    expect(grown(({ bufferBytes }) => bufferBytes)).toBeLessThan(1_000_000);
    expect(said).toBe('');
    expect((await writtenRecords(rig.bucketFolder)).map(({ value }) => Number(value)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: RUNS }, (_, run) => run),
    );

    // Nothing keeps it alive but the line to its parent.
    instance.disconnect();
    expect(await once(instance, 'exit')).toEqual([0, null]);
  });
});
