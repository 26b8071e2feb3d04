/** Records as rows of the table, in blocks. The same records of the same table give the same blocks. */
import { bodyBuffers } from '../../shared/body-buffers.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Crc32c } from '../../shared/kafka/wire/crc32c.ts';
import type { RecordOutcome } from '../../shared/outcomes.ts';
import { offsetAt, type RecordBatch } from '../../shared/records.ts';
import { refusal } from './batch-parts.ts';
import type { MaxComputeConfig } from './config.ts';
import { type RowFormat, rowFormat } from './format/row-format.ts';
import { columnTypeText } from './tunnel/column-type.ts';
import { RowEncoder } from './tunnel/row-encoder.ts';
import type { TableSchema } from './tunnel/table-schema.ts';

const MIB = 1024 * 1024;
/** Each block becomes a file of the table. Source: https://www.alibabacloud.com/help/en/maxcompute/user-guide/overview-of-dts (64 MB or more). */
const BLOCK_BYTES = 64 * MIB;
/** Of one value, where the service does not say otherwise.
 *  Source: https://www.alibabacloud.com/help/en/maxcompute/user-guide/maxcompute-v2-0-data-type-edition */
const MAX_FIELD_BYTES = 8 * MIB;
/** Others get their turn after so many rows, or as many bytes of them. */
const TURN_ROWS = 256;
const TURN_BYTES = 256 * 1024;

export interface Block {
  readonly body: Buffer;
  readonly rows: number;
}

export interface EncodedRows {
  readonly blocks: readonly Block[];
  readonly rows: number;
  /** Errant records, which are no row. */
  readonly refused: readonly RecordOutcome[];
  /** The most that one value was allowed. */
  readonly maxFieldBytes: number;
}

/** The columns in words: two tables of the same words take the same rows. */
export function schemaText({ columns }: TableSchema): string {
  return columns.map(({ name, type, nullable }) => `${name} ${columnTypeText(type)} ${nullable}`).join(',');
}

/** Gives the buffers of blocks back that were not sent, or that the other side has. */
export function giveBack(blocks: readonly Block[]): void {
  for (const { body } of blocks) bodyBuffers.giveBack(body);
}

interface KnownSchema {
  readonly text: string;
  readonly schema: TableSchema;
  readonly format: RowFormat;
  readonly maxFieldBytes: number;
  /** Encoders that nobody uses: they remember how large blocks become. */
  readonly idle: RowEncoder[];
}

export class TableRows {
  readonly #config: MaxComputeConfig;
  readonly #crc32c: () => Promise<Crc32c>;
  readonly #clock: Clock;
  /** The last one: a table has one, until somebody alters it. */
  #known: KnownSchema | undefined;
  #maxFieldBytes = MAX_FIELD_BYTES;

  /** @param crc32c see `loadCrc32c` */
  constructor(config: MaxComputeConfig, crc32c: () => Promise<Crc32c>, clock: Clock) {
    this.#config = config;
    this.#crc32c = crc32c;
    this.#clock = clock;
  }

  /** The most that one value may have. */
  get maxFieldBytes(): number {
    return this.#maxFieldBytes;
  }

  /** The service says how long one value may be at most, where it does. */
  limitFields(maxFieldBytes: number | undefined): void {
    if (maxFieldBytes === undefined || maxFieldBytes === this.#maxFieldBytes) return;
    this.#maxFieldBytes = maxFieldBytes;
    this.#known = undefined;
  }

  /** How records become rows of such a table.
   *  @throws FatalError `MAXCOMPUTE_TABLE_UNFIT` when they cannot */
  formatOf(schema: TableSchema): RowFormat {
    return this.#of(schema).format;
  }

  /** @throws FatalError as `formatOf`; the signal's reason when it is aborted */
  async encode(batch: RecordBatch, schema: TableSchema, signal: AbortSignal): Promise<EncodedRows> {
    const known = this.#of(schema);
    const encoder = known.idle.pop() ?? new RowEncoder(schema.columns, await this.#crc32c());
    const blocks: Block[] = [];
    try {
      const encoded = await this.#fill(batch, known, encoder, blocks, signal);
      known.idle.push(encoder);
      return encoded;
    } catch (thrown) {
      encoder.discard();
      giveBack(blocks);
      throw thrown;
    }
  }

  async #fill(
    batch: RecordBatch,
    { format, maxFieldBytes }: KnownSchema,
    encoder: RowEncoder,
    blocks: Block[],
    signal: AbortSignal,
  ): Promise<EncodedRows> {
    const refused: RecordOutcome[] = [];
    let rows = 0;
    let turnAt = 0;
    const cut = () => {
      if (encoder.rows === 0) return;
      rows += encoder.rows;
      blocks.push({ rows: encoder.rows, body: encoder.finish() });
      turnAt = 0;
    };
    for (const { block, from, to } of batch.segments) {
      for (let index = from; index < to; index++) {
        const error = format.append(encoder, block, index);
        if (error !== undefined) refused.push(refusal(batch, offsetAt(block, index), error));
        if (encoder.byteLength >= BLOCK_BYTES) cut();
        if (index % TURN_ROWS !== 0 && encoder.byteLength - turnAt < TURN_BYTES) continue;
        turnAt = encoder.byteLength;
        const breath = this.#clock.breath();
        if (breath === undefined) continue;
        await breath;
        signal.throwIfAborted();
      }
    }
    cut();
    return { blocks, rows, refused, maxFieldBytes };
  }

  #of(schema: TableSchema): KnownSchema {
    const text = schemaText(schema);
    if (this.#known?.text === text) return this.#known;
    const maxFieldBytes = this.#maxFieldBytes;
    const known = { text, schema, format: rowFormat(this.#config, schema, maxFieldBytes), maxFieldBytes, idle: [] };
    this.#known = known;
    return known;
  }
}
