/** A process that carries a topic to a `FolderSink` until it caught up or is stopped: FOLDER TOPIC NAME MOST. Values with `bad` are refused. Once
 *  about MOST records are visible (all when absent), every second step never ends: whoever waits for them may kill the process when it will. */
import { createWorker } from '../../functions/dispatcher/main.ts';
import { systemClock } from '../../shared/clock.ts';
import { parseConnector } from '../../shared/config/connector-keys.ts';
import { parseWorker } from '../../shared/config/worker-keys.ts';
import { silentLogger } from '../../shared/logger.ts';
import type { SinkDefinition } from '../../shared/sink.ts';
import { fetchOfRun } from './fetch-of-run.ts';
import { FolderSink, visibleRecords } from './two-phase-sink.ts';

const STEP_MS = 20;

const folderSink: SinkDefinition<Record<never, never>> = {
  connectorClass: 'folder-sink',
  title: 'Folder',
  description: 'Files that become visible in two steps.',
  keys: {},
  checks: [],
  defaults: {
    batchSize: 50,
    batchBytes: 1_000_000,
    invokeMaxBytes: 2_000_000,
    lingerMs: 200,
    maxInFlightBatches: 3,
    nullValues: 'write',
    invokeTarget: 'in-process',
  },
  userFunction: false,
  exactlyOnce: true,
  commitsAfterBatch: true,
  keyConverter: () => 'string',
  valueConverter: () => 'string',
};

const [folder = '', topics = '', name = '', most] = process.argv.slice(2);

async function step(): Promise<void> {
  await systemClock.sleep(STEP_MS);
  if (most === undefined || Math.random() < 0.5) return;
  if ((await visibleRecords(folder)).length >= Number(most)) await new Promise<never>(() => undefined);
}

const parsed = parseConnector(folderSink, {
  name,
  topics,
  'connector.class': 'folder-sink',
  'consumer.start.offset': 'earliest',
  'tasks.max': '1',
});
const { config } = parseWorker({
  'kafka.fetch': fetchOfRun,
  'bootstrap.servers': process.env['SPILLWAY_BOOTSTRAP_SERVERS'] ?? '',
  'session.timeout.ms': '6000',
});
const worker = await createWorker({
  connectors: [
    { definition: folderSink, parsed, writer: new FolderSink(folder, (value) => value.includes('bad'), step) },
  ],
  worker: config,
  secrets: { resolve: () => '' },
  logger: silentLogger,
  resumeStopped: false,
});
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const report = await worker.run(true, stop.signal, new AbortController().signal);
process.exitCode = report.ok ? 0 : 1;
