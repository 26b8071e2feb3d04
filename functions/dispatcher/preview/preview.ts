/** A dry run: real records go through a connector's own pipeline (intake, batches, delivery), whose ends are blind. Nothing is sent,
 *  reported or committed; what would have been is in the answer. */
import type { Clock } from '../../../shared/clock.ts';
import { FatalError, toError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { BatchOutcome } from '../../../shared/outcomes.ts';
import { offsetAt, type RecordBatch, recordAt, type SinkRecord, type TopicPartition } from '../../../shared/records.ts';
import type { RenderedRequest } from '../../../shared/rendered-request.ts';
import type { InvokeContext, Invoker } from '../invokers/invoker.ts';
import { workerMemory } from '../memory/worker-memory.ts';
import { Metrics } from '../metrics.ts';
import { PartitionPipeline } from '../partition-pipeline.ts';
import { type PipelineSpec, pipelineDeps } from '../pipeline-deps.ts';
import type { Excerpt } from './excerpt.ts';
import { type Fate, Fates } from './fates.ts';

export type PreviewedRecord = Fate & { readonly record: SinkRecord };

export interface PreviewedBatch extends TopicPartition {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly count: number;
  /** In the order in which they would be sent. */
  readonly requests: readonly RenderedRequest[];
}

export interface Preview {
  readonly records: readonly PreviewedRecord[];
  readonly batches: readonly PreviewedBatch[];
}

/** A connector whose invoker and claim-check store send nothing, and put what they would send into `requests`. */
export interface PreviewSpec extends PipelineSpec {
  /** Emptied by the preview after each batch. */
  readonly requests: RenderedRequest[];
}

export interface PreviewDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly budgetBytes: number;
}

/** Runs the excerpts through the pipeline, one after the other.
 *  @throws what the invoker throws: a preview tries nothing again */
export async function previewRecords(
  excerpts: readonly Excerpt[],
  spec: PreviewSpec,
  deps: PreviewDeps,
): Promise<Preview> {
  const previews: Preview[] = [];
  for (const excerpt of excerpts) previews.push(await new PartitionPreview(excerpt, spec, deps).run());
  return { records: previews.flatMap((one) => one.records), batches: previews.flatMap((one) => one.batches) };
}

class PartitionPreview {
  readonly #excerpt: Excerpt;
  readonly #spec: PreviewSpec;
  readonly #deps: PreviewDeps;
  readonly #fates: Fates;
  readonly #batches: PreviewedBatch[] = [];
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(excerpt: Excerpt, spec: PreviewSpec, deps: PreviewDeps) {
    this.#excerpt = excerpt;
    this.#spec = spec;
    this.#deps = deps;
    this.#fates = new Fates(spec.config);
  }

  async run(): Promise<Preview> {
    const { blocks } = this.#excerpt;
    const pipeline = this.#pipeline();
    for (const block of blocks) pipeline.accept(block, this.#deps.clock.now());
    const last = blocks.at(-1);
    const end = last === undefined ? 0 : offsetAt(last, last.count - 1) + 1;
    pipeline.flushAt = end;
    pipeline.progressed(end, end);
    while (pipeline.openBytes + pipeline.pendingBytes > 0 && this.#failure === undefined) await this.#nextEvent();
    const stoppedAt = pipeline.stoppedAt?.offset;
    pipeline.release();
    if (this.#failure !== undefined) throw this.#failure;
    const records = blocks.flatMap((block) =>
      Array.from({ length: block.count }, (_, index) => ({
        record: recordAt(block, index),
        ...this.#fates.of(block, index, stoppedAt),
      })),
    );
    return { records, batches: this.#batches };
  }

  #pipeline(): PartitionPipeline {
    const { clock, logger, budgetBytes } = this.#deps;
    const { topic, partition, blocks } = this.#excerpt;
    const { budget, intake: memory } = workerMemory(budgetBytes);
    const metrics = new Metrics(budget).task(this.#spec.config.name, 0, 'preview');
    const blind = { report: () => Promise.resolve() };
    const invoker: Invoker = {
      invoke: (batch, context) => this.#invoke(batch, context),
      close: () => Promise.resolve(),
    };
    const parts = { frameworkErrors: blind, sinkErrors: blind, memory, metrics, clock, random: () => 0, logger };
    const position = blocks[0] === undefined ? 0 : offsetAt(blocks[0], 0);
    return new PartitionPipeline(
      { topic, partition, position, metadata: '' },
      false,
      metrics.ledger(topic),
      // One batch at a time, so that requests can be told apart; and nothing is committed that a plan could be part of.
      {
        ...pipelineDeps({ ...this.#spec, invoker }, parts),
        maxInFlight: 1,
        guarantee: 'at-least-once',
        phases: undefined,
      },
      {
        pause: () => undefined,
        resume: () => undefined,
        settled: () => this.#wake(),
        commitWanted: () => undefined,
        failed: (error) => this.#fail(error),
      },
    );
  }

  async #invoke(batch: RecordBatch, context: InvokeContext): Promise<BatchOutcome> {
    const { invoker, requests } = this.#spec;
    try {
      const outcome = await invoker.invoke(batch, context);
      const { topic, partition, firstOffset, lastOffset, count } = batch;
      this.#batches.push({ topic, partition, firstOffset, lastOffset, count, requests: requests.splice(0) });
      this.#fates.sent(batch, outcome);
      return outcome;
    } catch (thrown) {
      this.#fail(toError(thrown));
      throw new FatalError('UNCLASSIFIED', 'the preview ends here', { cause: thrown });
    }
  }

  /** Resolves when something was settled, or failed. */
  #nextEvent(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }
}
