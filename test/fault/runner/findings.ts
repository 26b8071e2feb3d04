/** Everything that lies at a connector's target, or in its error topic, read back. */
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Kafka } from 'kafkajs';
import { waitFor } from '../../helpers/wait-for.ts';
import { type ConnectorSpec, errorTopicOf } from './topology.ts';

/** One copy of a record. */
export interface Finding {
  readonly where: 'target' | 'error-topic';
  /** Object, or offset in the error topic. */
  readonly place: string;
  /** When that was written, epoch ms; 0 when it is not known. */
  readonly at: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Undefined where the target does not hold it. */
  readonly key: Buffer | null | undefined;
  readonly value: Buffer | null;
  /** Epoch ms; undefined in error topics, which have a time of their own, and where the target does not hold it. */
  readonly timestamp: number | undefined;
}

interface EnvelopeRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key?: string;
  readonly value?: string;
}

const bytesOf = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));

/** @throws Error when a line is no record: an object was cut */
function* findingsOfLines(text: string, place: string, at: number): Generator<Finding> {
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const { topic, partition, offset, timestamp, key, value } = JSON.parse(line) as EnvelopeRecord;
    yield { where: 'target', place, at, topic, partition, offset, timestamp, key: bytesOf(key), value: bytesOf(value) };
  }
}

/** Findings of files as they were when they were read last, by path: everything is compared again and again, and most of it stays as it is. */
const known = new Map<string, { readonly size: number; readonly mtimeMs: number; readonly findings: Finding[] }>();

/** Every record in every object below a prefix. */
export async function* objectFindings(bucketFolder: string, prefix: string): AsyncGenerator<Finding> {
  const entries = await readdir(join(bucketFolder, prefix), { recursive: true, withFileTypes: true }).catch(
    (thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT') return [];
      throw thrown;
    },
  );
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mtimeMs, size } = await stat(path);
    let file = known.get(path);
    if (file?.mtimeMs !== mtimeMs || file.size !== size) {
      const place = path.slice(bucketFolder.length + 1);
      file = { mtimeMs, size, findings: [...findingsOfLines(await readFile(path, 'utf8'), place, mtimeMs)] };
      known.set(path, file);
    }
    yield* file.findings;
  }
}

/** Every record that the function took. Read in pieces: the workers' connections pass through this very process. */
export async function* functionFindings(received: string): AsyncGenerator<Finding> {
  const { size, mtimeMs } = await stat(received);
  const before = known.get(received);
  const findings = before?.findings ?? [];
  if (size > 0 && size !== before?.size) {
    // The file only grows.
    const rest = createReadStream(received, { start: before?.size ?? 0, end: size - 1 });
    for await (const line of createInterface({ input: rest })) findings.push(...findingsOfLines(line, 'function', 0));
  }
  known.set(received, { size, mtimeMs, findings });
  yield* findings;
}

const READ_TIMEOUT_MS = 120_000;

/** Every record in the connectors' error topics, by connector name, read by kafkajs' own consumer. */
export async function errorTopicFindings(
  client: Kafka,
  connectors: readonly ConnectorSpec[],
  group: string,
): Promise<Map<string, Finding[]>> {
  const found = new Map<string, Finding[]>(connectors.map(({ name }) => [name, []]));
  const byTopic = new Map(connectors.map((connector) => [errorTopicOf(connector), connector.name]));
  const missing = await endOffsets(client, [...byTopic.keys()]);
  const topics = [...new Set([...missing.keys()].map((name) => name.replace(/-\d+$/, '')))];
  if (topics.length === 0) return found;
  const consumer = client.consumer({ groupId: group, maxWaitTimeInMs: 200 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, partition, message }) => {
        const header = (name: string) => String(message.headers?.[`__connect.errors.${name}`] ?? '');
        found.get(byTopic.get(topic) ?? '')?.push({
          where: 'error-topic',
          place: `${topic}-${partition} at ${message.offset}`,
          at: Number(message.timestamp),
          topic: header('topic'),
          partition: Number(header('partition')),
          offset: Number(header('offset')),
          key: message.key,
          value: message.value,
          timestamp: undefined,
        });
        const place = `${topic}-${partition}`;
        if (Number(message.offset) + 1 >= (missing.get(place) ?? 0)) missing.delete(place);
      },
    });
    await waitFor(() => missing.size === 0, {
      what: `error topics to be read: ${[...missing.keys()]}`,
      timeoutMs: READ_TIMEOUT_MS,
    });
  } finally {
    await consumer.disconnect();
  }
  return found;
}

/** Ends of all partitions that hold something, by `topic-partition`. A missing topic holds nothing. */
async function endOffsets(client: Kafka, topics: readonly string[]): Promise<Map<string, number>> {
  const admin = client.admin();
  await admin.connect();
  try {
    const ends = new Map<string, number>();
    const there = new Set(await admin.listTopics());
    for (const topic of topics) {
      if (!there.has(topic)) continue;
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
        if (Number(high) > Number(low)) ends.set(`${topic}-${partition}`, Number(high));
    }
    return ends;
  } finally {
    await admin.disconnect();
  }
}
