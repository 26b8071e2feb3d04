/** `npm run demo [-- oss|elasticsearch|maxcompute] [--keep]`: a real Kafka topic goes to a target on this machine, the bad records go to the error topic with
 *  their reasons, and the sums are shown. `--keep` keeps everything up afterwards. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import Table from 'cli-table3';
import pc from 'picocolors';
import { createWorker } from '../../functions/dispatcher/main.ts';
import { startKafka } from '../../infra/local/kafka/start-kafka.ts';
import { systemClock } from '../../shared/clock.ts';
import { ConfigError } from '../../shared/errors.ts';
import type { KafkaDriver } from '../../shared/kafka/driver.ts';
import { createKafkaDriver } from '../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../shared/logger.ts';
import { exitCodeOf, explain } from '../exit-code.ts';
import { loadConnectors } from '../load-connectors.ts';
import { loadWorker } from '../load-worker.ts';
import { createLogger } from '../logger.ts';
import { showProgress } from '../progress.ts';
import { processSecrets } from '../secret-resolver.ts';
import { stopSignals } from '../stop-signals.ts';
import { tableStyle } from '../table-style.ts';
import { elasticsearchTarget } from './elasticsearch-target.ts';
import { countErrors, errorReasons } from './error-topic.ts';
import { maxcomputeTarget } from './maxcompute-target.ts';
import { ossTarget } from './oss-target.ts';
import type { DemoNames, DemoTarget, Sums } from './target.ts';

const PARTITIONS = 3;
const RUN = Date.now().toString(36);
const TOPIC = `demo-orders-${RUN}`;
const NAME = `demo-${RUN}`;
const ERROR_TOPIC = `connect-error-${NAME}`;

const TARGETS: Readonly<Record<string, (names: DemoNames) => Promise<DemoTarget>>> = {
  oss: ossTarget,
  elasticsearch: elasticsearchTarget,
  maxcompute: maxcomputeTarget,
};

const say = (text: string) => process.stdout.write(`${text}\n`);
const step = (text: string) => say(`${pc.cyan('•')} ${text}`);

async function main(start: (names: DemoNames) => Promise<DemoTarget>, keep: boolean): Promise<number> {
  const folder = resolve('.spillway', 'demo');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const signals = stopSignals(() => say('stopping'));
  const closing: (() => Promise<void>)[] = [];
  try {
    const bootstrapServers = await broker(folder, closing);
    const target = await start({ topic: TOPIC, partitions: PARTITIONS, folder });
    closing.push(() => target.close());
    step(target.place);

    const connection = { bootstrapServers: bootstrapServers.split(','), clientId: 'spillway-demo' };
    const driver = createKafkaDriver(connection, { logger: silentLogger, clock: systemClock, random: Math.random });
    await fillTopic(driver, target);
    const produced = target.records.length;
    step(`topic ${TOPIC}: ${produced} records, ${target.oddities}`);

    const file = join(folder, 'connector.json');
    await writeFile(file, `${JSON.stringify(connectorOf(target), null, 2)}\n`);
    step(
      `connector ${relative('.', file)}: what \`spillway run --until-caught-up ${relative('.', file)}\` would do with it`,
    );
    process.env['SPILLWAY_BOOTSTRAP_SERVERS'] = bootstrapServers;
    const totals = await run(file, signals);
    const sums: Sums = { ...totals, produced, inErrorTopic: await countErrors(driver, ERROR_TOPIC) };
    const isRight = await show(target, driver, sums);
    if (keep && !signals.stop.aborted) await stayUp(bootstrapServers, relative('.', file), signals.stop);
    return isRight ? 0 : 1;
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

async function fillTopic(driver: KafkaDriver, { records }: DemoTarget): Promise<void> {
  const admin = driver.admin();
  const producer = driver.producer();
  try {
    await admin.createTopics([{ name: TOPIC, partitions: PARTITIONS, replicationFactor: -1, configs: {} }]);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const ofPartition = records.filter((one) => one.partition === partition).map(({ record }) => record);
      await producer.send(TOPIC, partition, ofPartition);
    }
  } finally {
    await Promise.all([producer.close(), admin.close()]);
  }
}

function connectorOf({ keys }: DemoTarget): Readonly<Record<string, string>> {
  return { name: NAME, topics: TOPIC, 'consumer.start.offset': 'earliest', 'tasks.max': '2', ...keys };
}

async function run(
  file: string,
  signals: { readonly stop: AbortSignal; readonly kill: AbortSignal },
): Promise<Pick<Sums, 'read' | 'written' | 'dropped' | 'lag'>> {
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
    const { reasons, connectors } = await worker.run(true, signals.stop, signals.kill);
    for (const reason of reasons) say(pc.red(reason));
    const { polled = 0, written = 0, dropped = 0 } = connectors[0]?.totals ?? {};
    return { read: polled, written, dropped, lag: connectors[0]?.lag ?? -1 };
  } finally {
    progress.stop();
  }
}

/** Whether everything adds up. */
async function show(target: DemoTarget, driver: KafkaDriver, sums: Sums): Promise<boolean> {
  const { produced, read, written, dropped, inErrorTopic, lag } = sums;
  const { columns, text, isRight } = await target.inspect(sums);
  const head = [
    'in the topic',
    'read',
    'written',
    'dropped',
    'in the error topic',
    'lag',
    ...columns.map(([name]) => name),
  ];
  const table = new Table({ head, style: tableStyle() });
  table.push([produced, read, written, dropped, inErrorTopic, lag, ...columns.map(([, value]) => value)]);
  say(`\n${table.toString()}\n\n${text}\n`);
  say(`The errant records are in topic ${ERROR_TOPIC}, byte for byte, with their reasons as headers:`);
  for (const reason of await errorReasons(driver, ERROR_TOPIC)) say(pc.dim(`  ${reason}`));
  const adds = isRight && read === produced && written + dropped + inErrorTopic === produced && lag === 0;
  say(adds ? pc.green('\nEvery record is accounted for.') : pc.red('\nThe sums do not add up.'));
  return adds;
}

async function stayUp(bootstrapServers: string, file: string, stop: AbortSignal): Promise<void> {
  say(`\nStill up. In another terminal, after \`npm run build\`:
  export SPILLWAY_BOOTSTRAP_SERVERS=${bootstrapServers}
  npx spillway preview ${file} -n 2
  npx spillway doctor ${file}
  npx spillway run ${file}
Ctrl-C here stops everything that it started.`);
  await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
}

/** @throws ConfigError when the arguments are none of ours */
function chosen(args: readonly string[]) {
  const [name = 'oss', ...more] = args.filter((arg) => arg !== '--keep');
  const start = Object.hasOwn(TARGETS, name) ? TARGETS[name] : undefined;
  if (start !== undefined && more.length === 0) return { start, keep: args.includes('--keep') };
  const message = `the demo knows ${Object.keys(TARGETS).join(', ')} (one of them) and --keep`;
  throw new ConfigError([{ key: args.join(' '), message }], 'demo');
}

try {
  const { start, keep } = chosen(process.argv.slice(2));
  process.exitCode = await main(start, keep);
} catch (thrown) {
  process.stderr.write(`${explain(thrown)}\n`);
  process.exitCode = exitCodeOf(thrown);
}
