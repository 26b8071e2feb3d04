/** What all ways of writing share: the time there is, the table as it must be, and where in it a batch belongs. */
import { boundedSignal } from '../../shared/bounded-signal.ts';
import type { Clock } from '../../shared/clock.ts';
import { RetriableError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import type { RecordOutcome } from '../../shared/outcomes.ts';
import type { RecordBatch } from '../../shared/records.ts';
import type { WriteContext } from '../../shared/sink.ts';
import { inWords, partsByWindow } from './batch-parts.ts';
import type { MaxComputeConfig } from './config.ts';
import { type Partitioning, partitionOf } from './partition/partition-of.ts';
import { tellsRecordsApart } from './session-lookup.ts';
import { modeOf, partitionOrNone, type TableMode } from './table-mode.ts';
import { giveBack, type TableRows } from './table-rows.ts';
import type { TableTarget } from './table-target.ts';
import type { Destination } from './table-writer.ts';
import type { TableInfo } from './tunnel/table-info.ts';

export interface TableAccessOptions {
  readonly config: MaxComputeConfig;
  readonly target: TableTarget;
  readonly rows: TableRows;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** With less left, nothing is begun. */
const MIN_LEFT_MS = 500;

export class TableAccess {
  readonly #options: TableAccessOptions;
  readonly #partitioning: Partitioning;
  #said = false;

  constructor(options: TableAccessOptions) {
    this.#options = options;
    this.#partitioning = partitionOf(options.config);
  }

  /** Does `work` under a signal that ends at the deadline.
   *  @throws RetriableError `DEADLINE_NEAR`, and what `work` throws */
  async within<T>(context: WriteContext, work: (bounded: WriteContext) => Promise<T>): Promise<T> {
    this.requireTime(context);
    const { signal, release } = boundedSignal(context, this.#options.clock);
    try {
      return await work({ signal, deadlineAt: context.deadlineAt });
    } finally {
      release();
    }
  }

  /** @throws RetriableError `DEADLINE_NEAR` */
  requireTime({ signal, deadlineAt }: WriteContext): void {
    if (!signal.aborted && deadlineAt - this.#options.clock.now() >= MIN_LEFT_MS) return;
    throw new RetriableError('DEADLINE_NEAR', 'no time left to write these records; they are sent again', {
      trouble: 'timeout',
    });
  }

  /** The batch by partitions of the table. */
  partsOf(batch: RecordBatch): readonly RecordBatch[] {
    return partsByWindow(batch, this.#partitioning.windowOf);
  }

  /** Where a part belongs; the outcomes of its records where they belong nowhere. */
  async destinationOf(part: RecordBatch, context: WriteContext): Promise<Destination | readonly RecordOutcome[]> {
    const { target, rows, clock } = this.#options;
    const about = inWords(part);
    const info = await this.look(context, about);
    const spec = this.#partitioning.specOf(part, clock.now());
    if (spec !== undefined) return { info, partition: partitionOrNone(spec) };
    // Records without a partition are refused as those are whose values do not fit.
    const { signal } = context;
    const { refused, blocks } = await target.run({ signal, about }, () => rows.encode(part, info, signal));
    giveBack(blocks);
    return refused;
  }

  /** The table, which rows of this configuration fit.
   *  @throws FatalError `MAXCOMPUTE_TABLE_UNFIT` when they do not, and as `TableTarget.look` */
  async look({ signal }: WriteContext, about: string): Promise<TableInfo> {
    const { config, target, rows } = this.#options;
    const info = await target.look({ signal, about });
    try {
      rows.formatOf(info);
      this.#say(info, modeOf(config, info));
    } catch (thrown) {
      // Somebody may alter the table: the next try looks again.
      target.forget();
      throw thrown;
    }
    return info;
  }

  #say(info: TableInfo, mode: TableMode): void {
    if (this.#said) return;
    this.#said = true;
    const { target, logger } = this.#options;
    logger.info({ table: target.name, mode }, 'rows get into the table in this way');
    if (mode !== 'append' || tellsRecordsApart(info)) return;
    logger.warn(
      { table: target.name },
      'the table has no columns topic, partition and offset: rows of an upload session that expires before it is known to be committed may be there twice',
    );
  }
}
