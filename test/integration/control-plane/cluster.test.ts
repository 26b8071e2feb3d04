import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { type ClusterWorker, ossConfig, startClusterWorker } from '../../helpers/control-plane/cluster-worker.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { type Rig, recordOf, startRig, writtenRecords } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const CONNECTORS = 20;
const PARTITIONS = 2;
const SESSION_MS = 10_000;
/** Every so often each partition gets a few records. */
const LOAD_EVERY_MS = 500;
const RECORDS_A_TIME = 5;

interface Load {
  /** Records that were sent so far, by topic and partition. */
  readonly sent: Map<string, number>;
  stop(): Promise<void>;
}

/** Sends to every partition of all topics until it is stopped. */
function load(rig: Rig, topics: readonly string[]): Load {
  const sent = new Map<string, number>();
  const stopped = new AbortController();
  const one = async (topic: string, partition: number) => {
    const name = `${topic}-${partition}`;
    const from = sent.get(name) ?? 0;
    const records = Array.from({ length: RECORDS_A_TIME }, (_, i) => recordOf(`k${from + i}`, `v${from + i}`));
    await rig.produce(topic, partition, records);
    sent.set(name, from + RECORDS_A_TIME);
  };
  const partitions = topics.flatMap((topic) => Array.from({ length: PARTITIONS }, (_, id) => [topic, id] as const));
  const run = async () => {
    while (!stopped.signal.aborted) {
      for (const [topic, partition] of partitions) await one(topic, partition);
      await new Promise((resolve) => setTimeout(resolve, LOAD_EVERY_MS));
    }
  };
  const running = run();
  return {
    sent,
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
}

/** What a worker says of all connectors, keys in order. */
async function statuses(worker: ClusterWorker): Promise<Record<string, Status>> {
  const answer = await fetch(`${worker.url}/connectors?expand=status`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, Status>;
}

interface Status {
  readonly status: {
    readonly connector: { readonly state: string; readonly worker_id: string };
    readonly tasks: readonly { readonly id: number; readonly state: string; readonly worker_id: string }[];
  };
}

const tasksOf = (all: Record<string, Status>) => Object.values(all).flatMap(({ status }) => status.tasks);

/** Whether all tasks run, on exactly these workers. */
function runOn(all: Record<string, Status>, workers: readonly ClusterWorker[]): boolean {
  const tasks = tasksOf(all);
  const ids = new Set(tasks.map(({ worker_id }) => worker_id));
  return (
    tasks.length === CONNECTORS * 2 &&
    tasks.every(({ state }) => state === 'RUNNING') &&
    isDeepStrictEqual([...ids].sort(), workers.map(({ id }) => id).sort())
  );
}

it('three workers carry twenty connectors; one is killed and one is added under load: nothing is lost, all agree', async () => {
  const rig = await startRig();
  const group = uniqueName('workers');
  const settings = { 'session.timeout.ms': String(SESSION_MS), 'metadata.max.age.ms': '5000' };
  const workers = await Promise.all([1, 2, 3].map(() => startClusterWorker(rig, group, settings)));
  const names = Array.from({ length: CONNECTORS }, (_, i) => `c${i}-${group}`.slice(0, 48));
  const topics = await Promise.all(names.map(() => rig.createTopic(PARTITIONS)));
  for (const [i, name] of names.entries()) {
    const worker = workers[i % workers.length] as ClusterWorker;
    const config = ossConfig(rig, topics[i] as string, { 'oss.object.prefix': name });
    const answer = await fetch(`${worker.url}/connectors`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, config }),
    });
    expect([answer.status, await answer.text()]).toEqual([201, expect.any(String)]);
  }
  const sending = load(rig, topics);
  for (const worker of workers)
    await waitFor(async () => runOn(await statuses(worker), workers), { what: 'all tasks to run', timeoutMs: 180_000 });

  const [killed, ...left] = workers as [ClusterWorker, ClusterWorker, ClusterWorker];
  killed.kill();
  const killedAt = performance.now();
  const marks = new Map(sending.sent);
  const added = await startClusterWorker(rig, group, settings);
  const now = [...left, added];
  // What was sent after the kill is there: every partition is served again.
  const missing = async () => {
    const written = await lastWritten(rig);
    return [...marks].filter(([name, count]) => (written.get(name) ?? -1) < count);
  };
  await waitFor(async () => (await missing()).length === 0, {
    what: 'every partition to be served',
    timeoutMs: 180_000,
  });
  const servedAfterMs = Math.round(performance.now() - killedAt);
  process.stdout.write(`all partitions served ${servedAfterMs} ms after the kill, session timeout ${SESSION_MS} ms\n`);
  for (const worker of now)
    await waitFor(async () => runOn(await statuses(worker), now), {
      what: 'the tasks on all workers',
      timeoutMs: 180_000,
    });

  await sending.stop();
  await waitFor(async () => (await written(rig)).size === total(sending), { what: 'all records', timeoutMs: 180_000 });
  expect(total(sending)).toBeGreaterThan(CONNECTORS * PARTITIONS * RECORDS_A_TIME);
  await waitFor(
    async () => {
      const [first, ...others] = await Promise.all(now.map(statuses));
      return others.every((one) => isDeepStrictEqual(one, first));
    },
    { what: 'all workers to say the same' },
  );
  for (const worker of now) expect((await worker.stop()).code).toBe(0);
}, 600_000);

function total({ sent }: Load): number {
  return [...sent.values()].reduce((sum, count) => sum + count, 0);
}

/** Coordinates of all records at the target. */
async function written(rig: Rig): Promise<Set<string>> {
  return new Set((await writtenRecords(rig.bucketFolder)).map((r) => `${r.topic}-${r.partition}/${r.offset}`));
}

/** Last offset at the target, by topic and partition. */
async function lastWritten(rig: Rig): Promise<Map<string, number>> {
  const last = new Map<string, number>();
  for (const { topic, partition, offset } of await writtenRecords(rig.bucketFolder)) {
    const name = `${topic}-${partition}`;
    last.set(name, Math.max(last.get(name) ?? -1, offset));
  }
  return last;
}
