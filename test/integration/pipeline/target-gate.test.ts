import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type FunctionReply, startHttpFunction } from '../../helpers/http-function.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { type Rig, recordOf, startRig } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { type WatchedRun, watchedRun } from '../../helpers/watched-run.ts';

const PARTITIONS = 6;

/** A connector from six partitions to a function at `url`, small batches. */
async function running(
  rig: Rig,
  url: string,
  count: number,
): Promise<{ readonly run: WatchedRun; readonly topic: string }> {
  const topic = await rig.createTopic(PARTITIONS);
  const file = await rig.connectorFile(uniqueName('gate'), {
    'connector.class': 'fc-sink',
    'invoke.target': 'http',
    'invoke.http.url': url,
    topics: topic,
    'batch.size': '5',
    'linger.ms': '20',
    'retry.backoff.ms': '50',
    'retry.backoff.max.ms': '1000',
  });
  const run = await watchedRun(rig, file);
  await more(rig, topic, count);
  return { run, topic };
}

async function more(rig: Rig, topic: string, count: number): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const records = Array.from({ length: count / PARTITIONS }, (_, i) => recordOf(`k${i}`, `v${i}`));
    await rig.produce(topic, partition, records);
  }
}

const written = async (run: WatchedRun, count: number) =>
  await waitFor(async () => (await run.metric('spillway_records_written_total')) === count, {
    what: `${count} records`,
    timeoutMs: 120_000,
  });

describe('a target that throttles', () => {
  it.each([429, 503])('with %i gets fewer batches at one time, and more again when it recovers', async (status) => {
    const rig = await startRig();
    let throttles = false;
    let now = 0;
    let most = 0;
    const fn = await startHttpFunction(async (): Promise<FunctionReply> => {
      most = Math.max(most, ++now);
      await sleep(20);
      now--;
      return throttles ? { status } : {};
    });
    const { run, topic } = await running(rig, fn.url, 600);
    await written(run, 600);
    expect(await run.metric('spillway_adaptive_limit')).toBe(PARTITIONS);
    expect(await run.metric('spillway_adaptive_reductions_total')).toBe(0);

    throttles = true;
    await more(rig, topic, 600);
    await waitFor(async () => (await run.metric('spillway_adaptive_limit')) === 1, { what: 'the lowest limit' });
    expect(await run.metric('spillway_adaptive_reductions_total', 'reason="throttled"')).toBeGreaterThanOrEqual(1);
    expect(await run.metric('spillway_breaker_state')).toBe(0);
    most = 0;
    const before = fn.envelopes.length;
    await waitFor(() => fn.envelopes.length > before + 5, { what: 'more tries' });
    expect(most).toBe(1);

    throttles = false;
    await written(run, 1_200);
    await more(rig, topic, 600);
    await written(run, 1_800);
    await waitFor(async () => (await run.metric('spillway_adaptive_limit')) === PARTITIONS, { what: 'no limit' });
    await waitFor(async () => (await run.metric('spillway_batches_in_flight')) === 0, { what: 'rest' });
    expect((await run.stop()).code).toBe(0);
  });
});

describe('a target that is down', () => {
  it('is probed by one call at a time, and gets all that waited when it is back', async () => {
    const rig = await startRig();
    let down = false;
    let now = 0;
    let most = 0;
    const fn = await startHttpFunction(async (): Promise<FunctionReply> => {
      most = Math.max(most, ++now);
      // Long enough for others to come meanwhile, if they could.
      await sleep(100);
      now--;
      return down ? { status: 502 } : {};
    });
    const { run, topic } = await running(rig, fn.url, 60);
    await written(run, 60);
    down = true;
    await more(rig, topic, 600);
    await waitFor(async () => (await run.metric('spillway_breaker_state')) === 2, { what: 'the open breaker' });
    // What was under way when it opened has ended.
    await waitFor(async () => (await run.metric('spillway_batches_in_flight')) === 0, { what: 'rest' });
    most = 0;
    const before = fn.envelopes.length;
    const since = Date.now();
    await waitFor(() => fn.envelopes.length >= before + 3, { what: 'the third probe', timeoutMs: 120_000 });
    // Their waits are 1, 2 and 4 s or more; six partitions that retry every second at most would have called a dozen times.
    expect(Date.now() - since).toBeGreaterThan(5_000);
    expect(most).toBe(1);
    expect(run.lines('the target cannot be reached; calls are held back, one at a time probes it')).toHaveLength(1);
    // A batch whose call failed says so; those that wait for the breaker say nothing.
    expect(run.lines('the batch was not taken; it is sent again').length).toBeLessThanOrEqual(PARTITIONS);
    down = false;
    await written(run, 660);
    expect(await run.metric('spillway_breaker_state')).toBe(0);
    expect(run.lines('the target is reached again; calls go through')).toHaveLength(1);
    expect(await run.metric('spillway_adaptive_reductions_total', 'reason="unreachable"')).toBeGreaterThanOrEqual(1);
    expect(await run.metric('spillway_retries_total', 'reason="BREAKER_OPEN"')).toBeGreaterThanOrEqual(1);
    expect((await run.stop()).code).toBe(0);
  });

  it('holds up neither a stop nor the end of a run', async () => {
    const rig = await startRig();
    const fn = await startHttpFunction();
    const { run, topic } = await running(rig, fn.url, 60);
    await written(run, 60);
    await fn.down();
    await more(rig, topic, 600);
    await waitFor(async () => (await run.metric('spillway_breaker_state')) === 2, { what: 'the open breaker' });
    const { code, stdout } = await run.stop();
    expect(code).toBe(0);
    expect(JSON.parse(stdout).connectors[0].totals).toMatchObject({ written: 60, errant: 0 });
  });
});
