/** Topics and connectors for runs on several threads, and what became of their records. */
import { expect } from 'vitest';
import { uniqueName } from './kafka.ts';
import { type Rig, recordOf, startRig, writtenRecords } from './pipeline.ts';

export const PARTITIONS = 8;
export const TASKS = 4;

/** Two threads; and a short session, so that the next run need not wait long for a dead member's partitions. */
export const TWO_THREADS = { SPILLWAY_WORKER_THREADS: '2', SPILLWAY_SESSION_TIMEOUT_MS: '6000' };

export interface Filled {
  readonly rig: Rig;
  readonly topic: string;
  readonly name: string;
  readonly file: string;
}

/** A topic with so many records in each partition, and a connector of four tasks that carries it into small objects.
 *  @param fill added to each value, in bytes */
export async function filled(
  perPartition: number,
  fill = 0,
  extra: Readonly<Record<string, string>> = {},
): Promise<Filled> {
  const rig = await startRig();
  const topic = await rig.createTopic(PARTITIONS);
  await Promise.all(
    Array.from({ length: PARTITIONS }, (_, partition) =>
      rig.produce(
        topic,
        partition,
        Array.from({ length: perPartition }, (_, i) => recordOf(`k${i}`, `value ${partition}/${i}${'.'.repeat(fill)}`)),
      ),
    ),
  );
  const name = uniqueName('threads');
  const file = await rig.connectorFile(name, {
    topics: topic,
    'tasks.max': String(TASKS),
    'delivery.guarantee': 'exactly-once',
    'batch.size': '100',
    'linger.ms': '200',
    ...extra,
  });
  return { rig, topic, name, file };
}

/** How many records were written, and how many of them more than once. */
export async function counted({ bucketFolder }: Rig): Promise<{ distinct: number; repeated: number }> {
  const times = new Map<string, number>();
  for (const { partition, offset, value = '' } of await writtenRecords(bucketFolder)) {
    const id = `${partition}/${offset}`;
    expect(value.replace(/\.*$/, '')).toBe(`value ${id}`);
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  return { distinct: times.size, repeated: [...times.values()].filter((count) => count > 1).length };
}

/** Lines of a log, parsed; others are left out. */
export function logLines(stderr: string): Record<string, unknown>[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Threads that own partitions, by the log. */
export function threadsAtWork(stderr: string): unknown[] {
  const assigned = logLines(stderr).filter(({ msg }) => msg === 'partitions assigned');
  return [...new Set(assigned.map(({ thread }) => thread))].sort();
}
