/** The Elasticsearch sink against a real server: writers, and batches for them. */
import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { type ElasticsearchConfig, elasticsearchSink } from '../../../functions/elasticsearch-sink/config.ts';
import { createElasticsearchWriter } from '../../../functions/elasticsearch-sink/handler.ts';
import { systemClock } from '../../../shared/clock.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { RetriableError } from '../../../shared/errors.ts';
import { silentLogger } from '../../../shared/logger.ts';
import type { RecordOutcome } from '../../../shared/outcomes.ts';
import type { RecordBatch } from '../../../shared/records.ts';
import type { SinkCount, SinkWriter, WriteContext } from '../../../shared/sink.ts';

export type Settings = Readonly<Record<string, unknown>>;

/** Keys of the sink alone. */
export function configOf(raw: Settings): ElasticsearchConfig {
  return parseConfig(elasticsearchSink.keys, elasticsearchSink.checks, raw).config;
}

export interface TestedWriter {
  readonly writer: SinkWriter;
  /** What it counted. */
  readonly counts: Partial<Record<SinkCount, number>>;
}

/** A writer that is closed when the test is finished. `env` is looked up whenever a secret is needed. */
export function writerOf(raw: Settings, env: Readonly<Record<string, string>> = {}): TestedWriter {
  const counts: Partial<Record<SinkCount, number>> = {};
  const writer = createElasticsearchWriter(configOf(raw), {
    clock: systemClock,
    secrets: secretResolver(env, (path) => readFileSync(path, 'utf8')),
    logger: silentLogger,
    metrics: {
      count: (what, by) => {
        counts[what] = (counts[what] ?? 0) + by;
      },
    },
  });
  onTestFinished(() => writer.close());
  return { writer, counts };
}

/** Time enough. */
export function soon(leftMs = 60_000): WriteContext {
  return { signal: new AbortController().signal, deadlineAt: Date.now() + leftMs };
}

/** One outcome a record, in batch order, whatever form the answer has. */
export async function outcomesOf(
  writer: SinkWriter,
  batch: RecordBatch,
  context: WriteContext = soon(),
): Promise<readonly RecordOutcome[]> {
  const { topic, partition } = batch;
  const offsets = batch.segments.flatMap(({ block, from, to }) => [...block.offsets.slice(from, to)]);
  try {
    const answer = await writer.write(batch, context);
    if ('all' in answer) return offsets.map((offset) => ({ topic, partition, offset, status: 'written' }));
    return [...answer.outcomes].sort((a, b) => a.offset - b.offset);
  } catch (thrown) {
    if (!(thrown instanceof RetriableError)) throw thrown;
    const { code, message } = thrown;
    return offsets.map((offset) => ({ topic, partition, offset, status: 'retry', code, message }));
  }
}

/** `written`, or status and code. */
export function brief(outcomes: readonly RecordOutcome[]): string[] {
  return outcomes.map(({ status, code }) => (code === undefined ? status : `${status} ${code}`));
}
