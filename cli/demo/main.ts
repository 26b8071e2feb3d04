/** `npm run demo [-- oss|elasticsearch|maxcompute|fc] [--keep]`: a real Kafka topic goes to a target on this machine, the bad records go to the
 *  error topic with their reasons, and the sums are shown. `fc` does so three times, by functions. `--keep` keeps everything up afterwards. */
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
import { fcElasticsearchTarget } from './fc-elasticsearch-target.ts';
import { fcFunctionTarget } from './fc-function-target.ts';
import { fcOssTarget } from './fc-oss-target.ts';
import { maxcomputeTarget } from './maxcompute-target.ts';
import { ossTarget } from './oss-target.ts';
import type { DemoNames, DemoTarget, Sums } from './target.ts';

const PARTITIONS = 3;
const RUN = Date.now().toString(36);

type StartTarget = (names: DemoNames) => Promise<DemoTarget>;

/** What each demo shows, one after the other. */
const TARGETS: Readonly<Record<string, readonly StartTarget[]>> = {
  oss: [ossTarget],
  elasticsearch: [elasticsearchTarget],
  maxcompute: [maxcomputeTarget],
  fc: [fcOssTarget, fcElasticsearchTarget, fcFunctionTarget],
};

const say = (text: string) => process.stdout.write(`${text}\n`);
const step = (text: string) => say(`${pc.cyan('•')} ${text}`);

/** What one part of the demo runs in. */
interface Stage {
  readonly bootstrapServers: string;
  readonly signals: ReturnType<typeof stopSignals>;
  /** What is to be ended, last first. */
  readonly closing: (() => Promise<void>)[];
}

async function main(starts: readonly StartTarget[], keep: boolean): Promise<number> {
  const folder = resolve('.spillway', 'demo');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const signals = stopSignals(() => say('stopping'));
  const closing: (() => Promise<void>)[] = [];
  try {
    const bootstrapServers = await broker(folder, closing);
    process.env['SPILLWAY_BOOTSTRAP_SERVERS'] = bootstrapServers;
    const stage = { bootstrapServers, signals, closing };
    let isRight = true;
    let file = '';
    for (const [i, start] of starts.entries()) {
      if (signals.stop.aborted) return 1;
      const [id, below] = starts.length === 1 ? [RUN, folder] : [`${RUN}-${i + 1}`, join(folder, String(i + 1))];
      file = join(below, 'connector.json');
      isRight = (await part(start, id, below, stage)) && isRight;
    }
    if (keep && !signals.stop.aborted) await stayUp(bootstrapServers, relative('.', file), signals.stop);
    return isRight ? 0 : 1;
  } finally {
    signals.dispose();
    for (const close of closing.reverse()) await close();
  }
}

/** One topic, one connector, one target. Resolves with whether everything adds up. */
async function part(start: StartTarget, id: string, folder: string, stage: Stage): Promise<boolean> {
  const { bootstrapServers, signals, closing } = stage;
  const [name, topic] = [`demo-${id}`, `demo-orders-${id}`];
  await mkdir(folder, { recursive: true });
  const target = await start({ topic, partitions: PARTITIONS, folder });
  closing.push(() => target.close());
  step(target.place);

  const connection = { bootstrapServers: bootstrapServers.split(','), clientId: 'spillway-demo' };
  const driver = createKafkaDriver(connection, { logger: silentLogger, clock: systemClock, random: Math.random });
  await fillTopic(driver, topic, target);
  const produced = target.records.length;
  step(`topic ${topic}: ${produced} records, ${target.oddities}`);

  const file = join(folder, 'connector.json');
  const keys = { name, topics: topic, 'consumer.start.offset': 'earliest', 'tasks.max': '2', ...target.keys };
  await writeFile(file, `${JSON.stringify(keys, null, 2)}\n`);
  step(
    `connector ${relative('.', file)}: what \`spillway run --until-caught-up ${relative('.', file)}\` would do with it`,
  );
  const totals = await run(file, signals);
  const errorTopic = `connect-error-${name}`;
  const sums: Sums = { ...totals, produced, inErrorTopic: await countErrors(driver, errorTopic) };
  return await show(target, driver, errorTopic, sums);
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

async function fillTopic(driver: KafkaDriver, topic: string, { records }: DemoTarget): Promise<void> {
  const admin = driver.admin();
  const producer = driver.producer();
  try {
    await admin.createTopics([{ name: topic, partitions: PARTITIONS, replicationFactor: -1, configs: {} }]);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const ofPartition = records.filter((one) => one.partition === partition).map(({ record }) => record);
      await producer.send(topic, partition, ofPartition);
    }
  } finally {
    await Promise.all([producer.close(), admin.close()]);
  }
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
async function show(target: DemoTarget, driver: KafkaDriver, errorTopic: string, sums: Sums): Promise<boolean> {
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
  say(`The errant records are in topic ${errorTopic}, byte for byte, with their reasons as headers:`);
  for (const reason of await errorReasons(driver, errorTopic)) say(pc.dim(`  ${reason}`));
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
  const starts = Object.hasOwn(TARGETS, name) ? TARGETS[name] : undefined;
  if (starts !== undefined && more.length === 0) return { starts, keep: args.includes('--keep') };
  const message = `the demo knows ${Object.keys(TARGETS).join(', ')} (one of them) and --keep`;
  throw new ConfigError([{ key: args.join(' '), message }], 'demo');
}

try {
  const { starts, keep } = chosen(process.argv.slice(2));
  process.exitCode = await main(starts, keep);
} catch (thrown) {
  process.stderr.write(`${explain(thrown)}\n`);
  process.exitCode = exitCodeOf(thrown);
}
