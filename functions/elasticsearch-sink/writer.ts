/** Writes batches as documents, by bulk requests. Guarantee: every record that is answered `written` was confirmed by the target, each at least
 *  once; once in effect where its document has an id of its own or by its key (all strategies but `server`), for a repeat writes the same
 *  document again. Records of one document reach the target in their order, unless a version says which is newer. */
import { boundedSignal } from '../../shared/bounded-signal.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Buffers } from '../../shared/envelope/output-buffer.ts';
import { FatalError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import type { BatchOutcome } from '../../shared/outcomes.ts';
import type { RecordBatch } from '../../shared/records.ts';
import type { SinkMetrics, SinkWriter, SourceTopic, WriteContext } from '../../shared/sink.ts';
import { BatchSettlement } from './batch-settlement.ts';
import { BulkRun } from './bulk-run.ts';
import { BulkSender } from './bulk-sender.ts';
import type { SearchClient } from './client/search-client.ts';
import type { ElasticsearchConfig } from './config.ts';
import { Questions } from './questions.ts';
import { RecordEncoder } from './record-encoder.ts';
import { RequestSlots } from './request-slots.ts';
import { requestLimit, type Server } from './server.ts';
import { Target } from './target.ts';
import { offsetVersionProblem } from './version.ts';

export interface ElasticsearchWriterOptions {
  readonly client: SearchClient;
  readonly config: ElasticsearchConfig;
  readonly buffers: Buffers;
  readonly metrics: SinkMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class ElasticsearchWriter implements SinkWriter {
  readonly #options: ElasticsearchWriterOptions;
  readonly #encoder: RecordEncoder;
  readonly #slots: RequestSlots;
  readonly #holders = new Map<string, Promise<void>>();
  readonly #target: Target;
  /** What the target was found to take, where that is less than it says. */
  #learntBytes = Number.POSITIVE_INFINITY;

  constructor(options: ElasticsearchWriterOptions) {
    const { config, logger } = options;
    this.#options = options;
    this.#encoder = new RecordEncoder(config);
    this.#slots = new RequestSlots(config['elasticsearch.max.in.flight.requests']);
    this.#target = new Target(config, logger);
  }

  async open(topics: readonly SourceTopic[], context: WriteContext): Promise<void> {
    for (const { partitions } of topics)
      this.#requireFixedPartitions((expected) => partitions === expected, partitions);
    const bound = boundedSignal(context, this.#options.clock);
    try {
      await this.#target.open(
        topics.map(({ name }) => name),
        this.#questions(bound.signal),
      );
    } finally {
      bound.release();
    }
  }

  async write(batch: RecordBatch, context: WriteContext): Promise<BatchOutcome> {
    const { clock, config, buffers } = this.#options;
    this.#requireFixedPartitions((expected) => batch.partition < expected, batch.partition + 1);
    const bound = boundedSignal(context, clock);
    const settlement = new BatchSettlement(batch, { ...context, signal: bound.signal }, clock);
    try {
      const questions = this.#questions(bound.signal);
      const server = await this.#target.server(questions);
      const deps = {
        encoder: this.#encoder,
        sender: this.#sender(server),
        slots: this.#slots,
        holders: this.#holders,
        maxRecords: config['elasticsearch.bulk.size'],
        maxBytes: () => Math.min(this.#learntBytes, requestLimit(config['elasticsearch.bulk.bytes'], server)),
        prepareIndex: (name: string) => this.#target.prepare(name, questions),
        buffers,
        clock,
      };
      await new BulkRun(deps, batch, settlement, bound.signal).run();
      return settlement.outcome();
    } catch (thrown) {
      // Whatever was looked at may be gone: when the task starts again it is looked at anew.
      if (thrown instanceof FatalError) this.#target.forget();
      throw thrown;
    } finally {
      bound.release();
    }
  }

  async close(): Promise<void> {
    await this.#options.client.close();
  }

  #sender({ heapBytes }: Server): BulkSender {
    const { client, config, metrics, clock } = this.#options;
    return new BulkSender({
      client,
      timeoutMs: config['elasticsearch.request.timeout.ms'],
      operationAt: (request, position) => this.#encoder.sent(request.blockAt(position), request.indexAt(position)),
      heapBytes,
      tooLarge: (bytes) => {
        this.#learntBytes = Math.max(1, Math.min(this.#learntBytes, Math.floor(bytes / 2)));
      },
      metrics,
      clock,
    });
  }

  #questions(signal: AbortSignal): Questions {
    const { client, config, clock } = this.#options;
    return new Questions(client, { signal, timeoutMs: config['elasticsearch.request.timeout.ms'] }, clock);
  }

  /** @throws FatalError `ELASTICSEARCH_PARTITIONS_CHANGED` where offsets are versions and the topic has not the partitions it is to have */
  #requireFixedPartitions(holds: (expected: number) => boolean, found: number): void {
    const { config } = this.#options;
    const expected = config['elasticsearch.version.partitions'];
    if (config['elasticsearch.version'] !== 'offset' || expected === undefined || holds(expected)) return;
    throw new FatalError('ELASTICSEARCH_PARTITIONS_CHANGED', offsetVersionProblem(expected, found) ?? '');
  }
}
