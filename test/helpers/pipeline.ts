import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { inject, onTestFinished } from 'vitest';
import { type OssServer, startOss } from '../../infra/local/oss/server.ts';
import { systemClock } from '../../shared/clock.ts';
import type { KafkaDriver, ProducerRecord } from '../../shared/kafka/driver.ts';
import { createKafkaDriver } from '../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../shared/logger.ts';
import { fetchOfRun } from './fetch-of-run.ts';
import { kafkaForTests, uniqueName } from './kafka.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CREDENTIALS = { accessKeyId: 'test-key', accessKeySecret: 'test-secret' };
export const BUCKET = 'test-bucket';

/** What a run of the CLI ended with. */
export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A broker, an object store and a folder for one test; all of it goes with the test. */
export interface Rig {
  readonly bootstrapServers: string;
  readonly driver: KafkaDriver;
  readonly oss: OssServer;
  readonly credentials: { readonly accessKeyId: string; readonly accessKeySecret: string };
  readonly folder: string;
  /** Where the objects lie. */
  readonly bucketFolder: string;
  createTopic(partitions: number, prefix?: string): Promise<string>;
  /** Produces in order, one request per thousand records. */
  produce(topic: string, partition: number, records: readonly ProducerRecord[]): Promise<void>;
  /** Writes a connector file to OSS, or to what `extra` says. */
  connectorFile(name: string, extra: Readonly<Record<string, string>>): Promise<string>;
  /** `spillway ARGS` as a process of its own. */
  spawnCli(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): ChildProcess & { readonly result: Promise<CliResult> };
}

/** @param kafka brokers to use instead of the tests' own */
export async function startRig(kafka?: string): Promise<Rig> {
  const bootstrapServers = kafka ?? (await kafkaForTests()).bootstrapServers;
  const folder = await temporaryFolder();
  const oss = await startOss({ dir: join(folder, 'oss'), credentials: [CREDENTIALS], buckets: [BUCKET] });
  onTestFinished(() => oss.close());
  const connection = { bootstrapServers: bootstrapServers.split(','), clientId: 'test', fetch: fetchOfRun };
  const driver = createKafkaDriver(connection, { logger: silentLogger, clock: systemClock, random: Math.random });
  const admin = driver.admin();
  const producer = driver.producer();
  onTestFinished(async () => {
    await Promise.all([admin.close(), producer.close()]);
  });
  const toOss = {
    'oss.endpoint': oss.endpoint,
    'oss.region': oss.region,
    'oss.bucket': BUCKET,
    'oss.access.key.id': CREDENTIALS.accessKeyId,
    'oss.access.key.secret': CREDENTIALS.accessKeySecret,
    'oss.format': 'jsonl',
  };
  return {
    bootstrapServers,
    driver,
    oss,
    credentials: CREDENTIALS,
    folder,
    bucketFolder: join(folder, 'oss', BUCKET),
    async createTopic(partitions, prefix = 'orders') {
      const name = uniqueName(prefix);
      await admin.createTopics([{ name, partitions, replicationFactor: -1, configs: {} }]);
      return name;
    },
    async produce(topic, partition, records) {
      for (let at = 0; at < records.length; at += 1_000)
        await producer.send(topic, partition, records.slice(at, at + 1_000));
    },
    async connectorFile(name, extra) {
      const config = {
        name,
        'connector.class': 'oss-sink',
        'consumer.start.offset': 'earliest',
        'tasks.max': '2',
        ...(extra['connector.class'] === undefined ? toOss : {}),
        ...extra,
      };
      const file = join(folder, `${name}.json`);
      await writeFile(file, JSON.stringify(config));
      return file;
    },
    spawnCli: (args, env = {}) =>
      spawnCli(args, {
        SPILLWAY_BOOTSTRAP_SERVERS: bootstrapServers,
        SPILLWAY_LISTENERS: 'http://127.0.0.1:0',
        ...env,
      }),
  };
}

/** `spillway ARGS` as it is in the sources; killed with the test if it is still there. */
export function spawnCli(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [inject('cli'), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const result = once(child, 'close').then(([code, signal]) => ({ code, signal, stdout, stderr }) as CliResult);
  return Object.assign(child, { result });
}

/** A record without headers, a minute old. */
export function recordOf(
  key: string | null,
  value: string | Buffer | null,
  timestamp = Date.now() - 60_000,
): ProducerRecord {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return { key: key === null ? null : Buffer.from(key), value: bytes, headers: [], timestamp };
}

/** Paths of all objects, sorted. */
export async function objectPaths(bucketFolder: string): Promise<string[]> {
  const entries = await readdir(bucketFolder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** One line of a `jsonl` object. */
export interface WrittenRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key?: string;
  readonly value?: string;
  readonly valueSize: number;
}

/** Every record in every `jsonl` object, repeats included. */
export async function writtenRecords(bucketFolder: string): Promise<WrittenRecord[]> {
  const records: WrittenRecord[] = [];
  for (const path of await objectPaths(bucketFolder)) {
    for (const line of (await readFile(path, 'utf8')).split('\n')) {
      if (line !== '') records.push(JSON.parse(line) as WrittenRecord);
    }
  }
  return records;
}

/** A record of a topic as an independent client reads it. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** The first `count` records of `topic`, read by kafkajs' own consumer.
 *  Resolves when they are there; the test's time limit ends a wait for more than there are. */
export async function readTopic(bootstrapServers: string, topic: string, count: number): Promise<ReadRecord[]> {
  const kafka = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: uniqueName('reader'), maxWaitTimeInMs: 200 });
  const records: ReadRecord[] = [];
  await consumer.connect();
  try {
    if (count === 0) return records;
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((done, failed) => {
      consumer
        .run({
          eachMessage: async ({ partition, message }) => {
            const headers = Object.entries(message.headers ?? {}).map(([key, value]) => [key, String(value)]);
            records.push({
              partition,
              offset: Number(message.offset),
              key: message.key,
              value: message.value,
              headers: Object.fromEntries(headers),
            });
            if (records.length >= count) done();
          },
        })
        .catch(failed);
    });
    return records;
  } finally {
    await consumer.disconnect();
  }
}
