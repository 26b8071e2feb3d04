/** `npm run demo`: a real Kafka topic becomes objects in a bucket on this machine, the bad records go to the error topic, and the
 *  sums are shown. `-- --keep` keeps everything up afterwards. */

import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import Table from 'cli-table3';
import pc from 'picocolors';
import { createWorker } from '../../functions/dispatcher/main.ts';
import { startKafka } from '../../infra/local/kafka/start-kafka.ts';
import { startOss } from '../../infra/local/oss/server.ts';
import { systemClock } from '../../shared/clock.ts';
import { ConfigError } from '../../shared/errors.ts';
import type { KafkaDriver } from '../../shared/kafka/driver.ts';
import { createKafkaDriver } from '../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../shared/logger.ts';
import { LOCAL_BUCKET, LOCAL_OSS_CREDENTIALS } from '../commands/local.ts';
import { exitCodeOf, explain } from '../exit-code.ts';
import { loadConnectors } from '../load-connectors.ts';
import { loadWorker } from '../load-worker.ts';
import { createLogger } from '../logger.ts';
import { showProgress } from '../progress.ts';
import { processSecrets } from '../secret-resolver.ts';
import { stopSignals } from '../stop-signals.ts';
import { tableStyle } from '../table-style.ts';
import { demoRecords, ODD_RECORDS } from './orders.ts';

const ORDERS = 3_000;
const PARTITIONS = 3;
const INVOKE_MAX_BYTES = 65_536;
const RUN = Date.now().toString(36);
const TOPIC = `demo-orders-${RUN}`;
const NAME = `demo-${RUN}`;
const ERROR_TOPIC = `connect-error-${NAME}`;

const say = (text: string) => process.stdout.write(`${text}\n`);
const step = (text: string) => say(`${pc.cyan('•')} ${text}`);

async function main(keep: boolean): Promise<number> {
  const folder = resolve('.spillway', 'demo');
  const objects = join(folder, 'oss');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const signals = stopSignals(() => say('stopping'));
  const closing: (() => Promise<void>)[] = [];
  try {
    const bootstrapServers = await broker(folder, closing);
    const oss = await startOss({ dir: objects, credentials: [LOCAL_OSS_CREDENTIALS], buckets: [LOCAL_BUCKET] });
    closing.push(() => oss.close());
    step(`OSS stand-in at ${oss.endpoint}, objects in ${relative('.', objects)}`);

    const connection = { bootstrapServers: bootstrapServers.split(','), clientId: 'spillway-demo' };
    const driver = createKafkaDriver(connection, { logger: silentLogger, clock: systemClock, random: Math.random });
    const produced = await fillTopic(driver);
    step(`topic ${TOPIC}: ${produced} records, ${ODD_RECORDS} of them odd (tombstone, no key, oversize, not UTF-8)`);

    const file = join(folder, 'connector.json');
    const secrets = join(folder, 'secrets.properties');
    await writeFile(secrets, `oss.access.key.secret=${LOCAL_OSS_CREDENTIALS.accessKeySecret}\n`);
    await writeFile(file, `${JSON.stringify(connectorOf(oss.endpoint, oss.region, secrets), null, 2)}\n`);
    step(
      `connector ${relative('.', file)}: what \`spillway run --until-caught-up ${relative('.', file)}\` would do with it`,
    );
    process.env['SPILLWAY_BOOTSTRAP_SERVERS'] = bootstrapServers;
    const written = await run(file, signals);

    const errant = await countErrant(driver);
    say(`\n${await summary(join(objects, LOCAL_BUCKET), produced, written, errant)}`);
    const adds = written.read === produced && written.written + errant === produced && written.lag === 0;
    say(adds ? pc.green('Every record is accounted for.') : pc.red('The sums do not add up.'));
    if (keep && !signals.stop.aborted) await stayUp(bootstrapServers, relative('.', file), signals.stop);
    return adds ? 0 : 1;
  } finally {
    signals.dispose();
    for (const close of closing.reverse()) await close();
  }
}

async function broker(folder: string, closing: (() => Promise<void>)[]): Promise<string> {
  const given = process.env['SPILLWAY_BOOTSTRAP_SERVERS'];
  if (given !== undefined && given !== '') {
    step(`Kafka: yours at ${given} (SPILLWAY_BOOTSTRAP_SERVERS)`);
    return given;
  }
  const kafka = await startKafka({
    dir: join(folder, 'kafka'),
    logger: createLogger('info', process.stderr.isTTY === true),
  });
  closing.push(() => kafka.stop());
  step(`a real Apache Kafka at ${kafka.bootstrapServers}`);
  return kafka.bootstrapServers;
}

async function fillTopic(driver: KafkaDriver): Promise<number> {
  const admin = driver.admin();
  const producer = driver.producer();
  try {
    await admin.createTopics([{ name: TOPIC, partitions: PARTITIONS, replicationFactor: -1, configs: {} }]);
    const records = demoRecords(ORDERS, PARTITIONS, INVOKE_MAX_BYTES + 1_000, Date.now());
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await producer.send(
        TOPIC,
        partition,
        records.filter((r) => r.partition === partition).map((r) => r.record),
      );
    }
    return records.length;
  } finally {
    await Promise.all([producer.close(), admin.close()]);
  }
}

function connectorOf(endpoint: string, region: string, secrets: string): Readonly<Record<string, string>> {
  return {
    name: NAME,
    'connector.class': 'oss-sink',
    topics: TOPIC,
    'consumer.start.offset': 'earliest',
    'tasks.max': '2',
    'invoke.max.bytes': String(INVOKE_MAX_BYTES),
    'batch.bytes': String(INVOKE_MAX_BYTES),
    'oss.endpoint': endpoint,
    'oss.region': region,
    'oss.bucket': LOCAL_BUCKET,
    'oss.access.key.id': LOCAL_OSS_CREDENTIALS.accessKeyId,
    'oss.access.key.secret': `\${file:${secrets}:oss.access.key.secret}`,
    'oss.format': 'jsonl',
  };
}

async function run(file: string, signals: { readonly stop: AbortSignal; readonly kill: AbortSignal }) {
  const logger = createLogger('error', process.stderr.isTTY === true);
  const worker = await createWorker({
    connectors: loadConnectors([file], silentLogger),
    worker: loadWorker(undefined).config,
    secrets: processSecrets,
    logger,
    resumeStopped: false,
  });
  const progress = showProgress(() => worker.statuses(), process.stderr.isTTY === true);
  try {
    const report = await worker.run(true, signals.stop, signals.kill);
    for (const reason of report.reasons) say(pc.red(reason));
    const totals = report.connectors[0]?.totals;
    return { read: totals?.polled ?? 0, written: totals?.written ?? 0, lag: report.connectors[0]?.lag ?? -1 };
  } finally {
    progress.stop();
  }
}

async function countErrant(driver: KafkaDriver): Promise<number> {
  const admin = driver.admin();
  try {
    const ends = await admin.listOffsets(ERROR_TOPIC, 'latest');
    return [...ends.values()].reduce((sum, end) => sum + end, 0);
  } finally {
    await admin.close();
  }
}

async function summary(
  bucket: string,
  produced: number,
  run: { read: number; written: number; lag: number },
  errant: number,
) {
  const files = (await readdir(bucket, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const head = ['in the topic', 'read', 'written', 'in the error topic', 'lag', 'objects'];
  const table = new Table({ head, style: tableStyle() });
  table.push([produced, run.read, run.written, errant, run.lag, paths.length]);
  const first = paths[0];
  if (first === undefined) return table.toString();
  const lines = await firstLines(first, 3);
  return [
    table.toString(),
    '',
    `Three lines of ${relative('.', first)}:`,
    ...lines.map((line) => pc.dim(`  ${line}`)),
    '',
    `All objects: ${relative('.', bucket)}`,
    `The errant records, with their reasons as headers: topic ${ERROR_TOPIC}`,
  ].join('\n');
}

async function firstLines(path: string, count: number): Promise<string[]> {
  const lines: string[] = [];
  const stream = createReadStream(path);
  for await (const line of createInterface({ input: stream })) {
    lines.push(line.length > 220 ? `${line.slice(0, 220)}…` : line);
    if (lines.length === count) break;
  }
  stream.destroy();
  return lines;
}

async function stayUp(bootstrapServers: string, file: string, stop: AbortSignal): Promise<void> {
  say(`\nStill up. In another terminal, after \`npm run build\`:
  export SPILLWAY_BOOTSTRAP_SERVERS=${bootstrapServers}
  npx spillway preview ${file} -n 2
  npx spillway doctor ${file}
  npx spillway run ${file}
Ctrl-C here stops Kafka and OSS.`);
  await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
}

try {
  const options = process.argv.slice(2);
  const unknown = options.filter((option) => option !== '--keep');
  if (unknown.length > 0)
    throw new ConfigError([{ key: unknown.join(' '), message: 'the demo knows no option but --keep' }], 'demo');
  process.exitCode = await main(options.includes('--keep'));
} catch (thrown) {
  process.stderr.write(`${explain(thrown)}\n`);
  process.exitCode = exitCodeOf(thrown);
}
