import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { SentRecord } from './ledger.ts';
import { type ConnectorSpec, groupOf, reads } from './topology.ts';

/** A partition whose commits did not come to the end. */
export interface Stuck {
  readonly connector: string;
  readonly topic: string;
  readonly partition: number;
  /** -1 when nothing is committed. */
  readonly committed: number;
  /** One past its last record. */
  readonly end: number;
}

const LOOK_EVERY_MS = 300;

async function behind(admin: Admin, connector: ConnectorSpec, last: readonly SentRecord[]): Promise<Stuck[]> {
  const marks = last.filter(({ topic }) => reads(connector, topic));
  if (marks.length === 0) return [];
  const topics = [...new Set(marks.map(({ topic }) => topic))];
  const commits = await admin.fetchOffsets({ groupId: groupOf(connector), topics });
  return marks.flatMap(({ topic, partition, offset }) => {
    const of = commits.find((each) => each.topic === topic)?.partitions.find((each) => each.partition === partition);
    const committed = Number(of?.offset ?? -1);
    return committed > offset ? [] : [{ connector: connector.name, topic, partition, committed, end: offset + 1 }];
  });
}

function unknown({ name }: ConnectorSpec, thrown: unknown): Stuck[] {
  return [{ connector: name, topic: String(thrown), partition: -1, committed: -1, end: -1 }];
}

/** Waits until every connector has committed past `last`, the last record of each partition. Answers those that did not come there in time;
 *  what moves gets more time than what stands still. */
export async function untilDrained(
  admin: Admin,
  connectors: readonly ConnectorSpec[],
  last: readonly SentRecord[],
  standstillMs: number,
): Promise<Stuck[]> {
  let movedAt = performance.now();
  let before = '';
  for (;;) {
    // A group whose coordinator moves just now does not answer.
    const looks = connectors.map((connector) =>
      behind(admin, connector, last).catch((thrown) => unknown(connector, thrown)),
    );
    const waiting = (await Promise.all(looks)).flat();
    if (waiting.length === 0) return [];
    const now = JSON.stringify(waiting);
    if (now !== before) movedAt = performance.now();
    before = now;
    if (performance.now() - movedAt > standstillMs) return waiting;
    await sleep(LOOK_EVERY_MS);
  }
}
