import { describe, expect, it } from 'vitest';
import { type FunctionReply, startHttpFunction } from '../helpers/http-function.ts';
import { uniqueName } from '../helpers/kafka.ts';
import { recordOf, startRig } from '../helpers/pipeline.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { watchedRun } from '../helpers/watched-run.ts';

const SLOW = 0;
const FAST = [1, 2, 3];
const COUNT = 20;
const TIMEOUT_MS = 120_000;

/** What the function does: refuse everything; hang for the slow partition, and refuse the others until it does; answer the others at once;
 *  answer everything. */
type Mood = 'throttles' | 'begins to hang' | 'hangs' | 'well';

/** A connector from four partitions to a function. */
async function running(first: Mood) {
  const rig = await startRig();
  let mood = first;
  let hanging: (() => void)[] = [];
  const fn = await startHttpFunction(async (records): Promise<FunctionReply> => {
    if (mood === 'throttles') return { status: 503 };
    if (mood === 'well') return {};
    if (records[0]?.partition !== SLOW) return mood === 'hangs' ? {} : { status: 503 };
    mood = 'hangs';
    await new Promise<void>((resolve) => hanging.push(resolve));
    return {};
  });
  const topic = await rig.createTopic(1 + FAST.length);
  const produce = async () => {
    const records = Array.from({ length: COUNT }, (_, i) => recordOf(`k${i}`, `v${i}`));
    for (const partition of [SLOW, ...FAST]) await rig.produce(topic, partition, records);
  };
  const name = uniqueName('slow');
  const file = await rig.connectorFile(name, {
    'connector.class': 'fc-sink',
    'invoke.target': 'http',
    'invoke.http.url': fn.url,
    'invoke.timeout.ms': '600000',
    topics: topic,
    'batch.size': '5',
    'linger.ms': '20',
    'retry.backoff.max.ms': '200',
    'offset.commit.interval.ms': '200',
  });
  await produce();
  const run = await watchedRun(rig, file);
  const admin = rig.driver.admin();
  const committed = async (): Promise<(number | undefined)[]> => {
    const offsets = await admin.committedOffsets(`connect-${name}`, topic);
    return [SLOW, ...FAST].map((partition) => offsets.get(partition)?.offset);
  };
  return {
    run,
    fn,
    produce,
    committed,
    become: (next: Mood) => {
      mood = next;
    },
    hanging: () => hanging.length,
    wakeUp() {
      mood = 'well';
      for (const answer of hanging) answer();
      hanging = [];
    },
  };
}

describe('a slow partition beside fast ones', () => {
  it.each([
    ['when nothing limits the target', 'hangs'],
    ['when trouble has left one place for all', 'throttles'],
  ] as const)('never blocks them: %s', async (_, first) => {
    const { run, fn, produce, committed, become, hanging, wakeUp } = await running(first);
    if (first === 'throttles') {
      const limit = () => run.metric('spillway_adaptive_limit');
      const lowest = async () => (await limit()) === 1 && fn.envelopes.length > 10;
      await waitFor(lowest, { what: 'the lowest limit', timeoutMs: TIMEOUT_MS });
      become('begins to hang');
    }
    await waitFor(() => hanging() > 0, { what: 'the call that hangs', timeoutMs: TIMEOUT_MS });
    for (const round of [1, 2]) {
      if (round > 1) await produce();
      const fastAreDone = async () => (await committed()).slice(1).every((offset) => offset === COUNT * round);
      await waitFor(fastAreDone, { what: `round ${round} of the fast partitions`, timeoutMs: TIMEOUT_MS });
      // Nobody answered for the slow one meanwhile.
      expect((await committed())[SLOW] ?? 0).toBe(0);
      expect(await run.metric('spillway_records_written_total')).toBe(FAST.length * COUNT * round);
      const areCounted = async () => (await run.metric('spillway_batches_in_flight')) === hanging() && hanging() > 0;
      await waitFor(areCounted, { what: 'the calls that hang among those under way', timeoutMs: TIMEOUT_MS });
    }

    wakeUp();
    const all = async () => (await committed()).every((offset) => offset === 2 * COUNT);
    await waitFor(all, { what: 'the slow partition', timeoutMs: TIMEOUT_MS });
    const seen = new Set(fn.envelopes.flat().map(({ partition, offset }) => `${partition}/${offset}`));
    expect(seen.size).toBe((1 + FAST.length) * 2 * COUNT);
    const { code, stdout } = await run.stop();
    expect(code).toBe(0);
    const written = (1 + FAST.length) * 2 * COUNT;
    expect(JSON.parse(stdout).connectors[0].totals).toMatchObject({ written, errant: 0, released: 0 });
  });
});
