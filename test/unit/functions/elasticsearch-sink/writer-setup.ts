/** A writer over a cluster that answers as a test says. */
import { elasticsearchSink } from '../../../../functions/elasticsearch-sink/config.ts';
import { ElasticsearchWriter } from '../../../../functions/elasticsearch-sink/writer.ts';
import { BufferPool } from '../../../../shared/buffer-pool.ts';
import { parseConfig } from '../../../../shared/config/parse.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import type { BatchOutcome } from '../../../../shared/outcomes.ts';
import type { RecordBatch } from '../../../../shared/records.ts';
import type { SinkCount } from '../../../../shared/sink.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { batchOfRecords, type ShortRecord } from '../../../helpers/records.ts';
import { itemsOf, ScriptedClient, type SentBulk } from './scripted-client.ts';

/** Settings for ids by record key. */
export const BY_KEY = { 'elasticsearch.id.strategy': 'record-key' };
export const MIB = 1024 * 1024;

export function setUp(
  answer: ConstructorParameters<typeof ScriptedClient>[0] = itemsOf,
  raw: Record<string, unknown> = {},
) {
  const { config } = parseConfig(elasticsearchSink.keys, elasticsearchSink.checks, {
    'elasticsearch.hosts': 'http://node:9200',
    'elasticsearch.index': 'orders',
    ...raw,
  });
  const client = new ScriptedClient(answer);
  const clock = new ManualClock();
  const counts: Partial<Record<SinkCount, number>> = {};
  const buffers = new BufferPool({ maxFreeBytes: 64 * MIB, leastFilled: 0, sizeFor: (bytes) => bytes });
  const writer = new ElasticsearchWriter({
    client,
    config,
    buffers,
    metrics: {
      count: (what, by) => {
        counts[what] = (counts[what] ?? 0) + by;
      },
    },
    clock,
    logger: silentLogger,
  });
  const abort = new AbortController();
  const context = (leftMs = 60_000) => ({ signal: abort.signal, deadlineAt: clock.now() + leftMs });
  const write = (batch: RecordBatch, leftMs?: number) => writer.write(batch, context(leftMs));
  return { client, clock, counts, buffers, writer, abort, context, write };
}

/** Status, and code where there is one, by offset. */
export function brief(outcome: BatchOutcome): Record<number, string> {
  if ('all' in outcome) return { [-1]: `all ${outcome.count} written` };
  return Object.fromEntries(
    outcome.outcomes.map(({ offset, status, code }) => [offset, code === undefined ? status : `${status} ${code}`]),
  );
}

export const records = (count: number, more: Partial<ShortRecord> = {}) =>
  batchOfRecords(Array.from({ length: count }, (_, offset) => ({ offset, value: `{"n":${offset}}`, ...more })));
export const idsOf = ({ operations }: SentBulk) => operations.map(({ id }) => id);
export const numbersOf = ({ operations }: SentBulk) => operations.map(({ document }) => (document as { n: number }).n);

/** What is asked of the nodes. */
export const LIMITS =
  '/_nodes/http,jvm?filter_path=nodes.*.roles,nodes.*.http.max_content_length_in_bytes,nodes.*.jvm.mem.heap_max_in_bytes';
