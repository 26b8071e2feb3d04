/** `spillway preview`: what a connector would make of real records. Sends, writes and commits nothing, joins no group. */
import { Command, InvalidArgumentError } from 'commander';
import { type PreviewStart, readExcerpts } from '../../functions/dispatcher/preview/excerpt.ts';
import { type Preview, previewRecords } from '../../functions/dispatcher/preview/preview.ts';
import { previewData } from '../../functions/dispatcher/preview/preview-data.ts';
import { systemClock } from '../../shared/clock.ts';
import { kafkaConnection } from '../../shared/config/worker-keys.ts';
import { createKafkaDriver } from '../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../shared/logger.ts';
import type { TopicPartition } from '../../shared/records.ts';
import { loadConnectors } from '../load-connectors.ts';
import { loadWorker } from '../load-worker.ts';
import { createLogger } from '../logger.ts';
import { placeOf } from '../offsets/where.ts';
import { dryConnector } from '../preview/dry-connector.ts';
import { previewText } from '../preview/render.ts';
import { processSecrets } from '../secret-resolver.ts';

const MAX_RECORDS = 10_000;
const FETCH_MAX_BYTES = 4 * 1024 * 1024;

interface PreviewOptions {
  readonly records: number;
  readonly partition?: TopicPartition;
  readonly from: PreviewStart;
  readonly head: number;
  readonly worker?: string;
  readonly json: boolean;
}

export function previewCommand(): Command {
  return new Command('preview')
    .description(
      'show what a connector would do with real records: for each whether it is written and why not, its envelope, and the exact requests. Sends, writes and commits nothing',
    )
    .argument('<connector-file>', 'connector: .json, .yaml or Kafka Connect .properties')
    .option('-n, --records <count>', 'how many records', wholeNumber(1, MAX_RECORDS), 5)
    .option('--partition <topic-partition>', 'of this partition only, for example orders-0', topicPartition)
    .option(
      '--from <where>',
      'earliest, latest (the last records), an offset, or an ISO time with its zone',
      placeOf,
      'latest' as PreviewStart,
    )
    .option('--head <bytes>', 'how much of each body is shown', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1_000)
    .option('--worker <file>', 'worker settings; SPILLWAY_... variables override them')
    .option('--json', 'as JSON', false)
    .addHelpText(
      'after',
      [
        '',
        'Records are taken from one partition after the other, as many as a request of these alone would carry: a run',
        'waits for batch.size, batch.bytes or linger.ms. Signatures and secrets are not made and not shown.',
        '',
        'Examples:',
        '  spillway preview orders.yaml',
        '  spillway preview orders.yaml -n 20 --partition orders-3 --from 1200',
        '  spillway preview orders.yaml --from 2026-01-31T08:00:00+08:00 --json',
      ].join('\n'),
    )
    .action(async (file: string, options: PreviewOptions) => {
      const { name, preview } = await run(file, options);
      const data = previewData(name, preview, options.head);
      process.stdout.write(options.json ? `${JSON.stringify(data)}\n` : previewText(name, data));
    });
}

/** @throws ConfigError, FatalError, RetriableError */
async function run(
  file: string,
  options: PreviewOptions,
): Promise<{ readonly name: string; readonly preview: Preview }> {
  const { config: worker } = loadWorker(options.worker);
  const logger = createLogger('warn', process.stderr.isTTY === true);
  const [connector] = loadConnectors([file], logger);
  if (connector === undefined) throw new Error('loadConnectors answers one connector a file');
  const { topics, 'topics.regex': pattern, 'isolation.level': isolationLevel, name } = connector.parsed.connector;
  const connection = kafkaConnection(worker, processSecrets);
  const driver = createKafkaDriver(connection, { logger, clock: systemClock, random: Math.random });
  const admin = driver.admin();
  const reader = driver.reader({ isolationLevel, fetchMaxBytes: FETCH_MAX_BYTES });
  try {
    const excerpts = await readExcerpts(admin, reader, {
      topics: topics ?? pattern ?? [],
      isolationLevel,
      partition: options.partition,
      start: options.from,
      count: options.records,
    });
    // The pipeline would log what the preview says anyway.
    const deps = { clock: systemClock, logger: silentLogger, budgetBytes: worker['memory.budget.bytes'] };
    return { name, preview: await previewRecords(excerpts, dryConnector(connector), deps) };
  } finally {
    await Promise.all([admin.close(), reader.close()]);
  }
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`);
  };
}

function topicPartition(text: string): TopicPartition {
  const match = /^(.+)-(\d+)$/.exec(text);
  if (match?.[1] === undefined) throw new InvalidArgumentError('expected TOPIC-PARTITION such as orders-0');
  return { topic: match[1], partition: Number(match[2]) };
}
