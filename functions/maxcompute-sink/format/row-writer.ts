/** Records into the fields of rows. */
import { headersToJson } from '../../../shared/envelope/headers-json.ts';
import { offsetAt, type RecordBlock } from '../../../shared/records.ts';
import { BadValue } from '../value/bad-value.ts';
import { instantOfMs, isCalendarMs } from '../value/instant-text.ts';
import type { ColumnWriter } from './column-writer.ts';
import type { Content, ContentProblem } from './content.ts';
import type { RowFields } from './row-fields.ts';
import type { Cell } from './table-plan.ts';

/** Kafka's word for no time. */
const NO_TIME_MS = -1;

/** One for all rows of a table; done with a record before it returns. */
export class RowWriter {
  #topic = '';
  #topicBytes = Buffer.alloc(0);

  /** Writes `cells`, with what `content` says of the record; answers why not where it does not fit, and the row is then in pieces. */
  write(
    fields: RowFields,
    cells: readonly Cell[],
    content: Content,
    block: RecordBlock,
    index: number,
  ): ContentProblem | undefined {
    const problem = content.read(block, index);
    if (problem !== undefined) return problem;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i];
      if (cell === undefined) break;
      const own =
        cell.fill === 'content'
          ? this.#content(fields, cell, content)
          : this.#meta(fields, cell, cell.fill, block, index);
      if (own !== undefined) return own;
    }
    return undefined;
  }

  #content(fields: RowFields, cell: Cell, content: Content): ContentProblem | undefined {
    const { column, writer } = cell;
    const start = content.starts[column] ?? -1;
    if (start < 0) return cell.nullable ? undefined : notNull(cell);
    if (writer === undefined) return unfit(cell, new BadValue('something, and its type cannot be written'));
    const end = content.ends[column] ?? start;
    const bad = this.#range(fields, column, writer, content, start, end);
    return bad && unfit(cell, bad);
  }

  #range(
    fields: RowFields,
    column: number,
    writer: ColumnWriter,
    { form, bytes }: Content,
    start: number,
    end: number,
  ): BadValue | undefined {
    switch (form) {
      case 'text':
        return writer.text(fields, column, bytes, start, end);
      case 'json':
        return writer.json(fields, column, bytes, start, end);
      case 'bytes':
        return writer.asItIs(fields, column, bytes, start, end);
      default:
        return form satisfies never;
    }
  }

  #meta(
    fields: RowFields,
    cell: Cell,
    name: Exclude<Cell['fill'], 'content'>,
    block: RecordBlock,
    index: number,
  ): ContentProblem | undefined {
    const { column } = cell;
    switch (name) {
      case 'topic':
        if (block.topic !== this.#topic) {
          this.#topic = block.topic;
          this.#topicBytes = Buffer.from(block.topic);
        }
        return this.#whole(fields, cell, this.#topicBytes);
      case 'partition':
        fields.integer(column, block.partition);
        return undefined;
      case 'offset':
        fields.integer(column, offsetAt(block, index));
        return undefined;
      case 'insert_time':
        return this.#time(fields, cell, block.timestamps[index] ?? NO_TIME_MS);
      case 'headers':
        return this.#whole(fields, cell, Buffer.from(headersToJson(block.headersOf(index))));
      default:
        return name satisfies never;
    }
  }

  /** Text that is what the column holds; it may be too long. */
  #whole(fields: RowFields, cell: Cell, text: Buffer): ContentProblem | undefined {
    const bad = cell.writer?.asItIs(fields, cell.column, text, 0, text.length);
    return bad && unfit(cell, bad);
  }

  #time(fields: RowFields, cell: Cell, epochMs: number): ContentProblem | undefined {
    if (epochMs === NO_TIME_MS) return cell.nullable ? undefined : notNull(cell);
    if (cell.typeText === 'bigint') {
      if (!Number.isSafeInteger(epochMs)) return unfit(cell, new BadValue('a record time beyond 2^53'));
      fields.integer(cell.column, epochMs);
      return undefined;
    }
    if (!isCalendarMs(epochMs)) return unfit(cell, new BadValue('a record time that is not in the years 0000 to 9999'));
    if (cell.typeText === 'datetime') fields.integer(cell.column, epochMs);
    else fields.value(cell.column, instantOfMs(epochMs));
    return undefined;
  }
}

function unfit({ name, typeText }: Cell, { found }: BadValue): ContentProblem {
  return { code: 'MAXCOMPUTE_BAD_VALUE', message: `the column ${name} is ${typeText}: found ${found}` };
}

function notNull({ name }: Cell): ContentProblem {
  return { code: 'MAXCOMPUTE_NULL_VALUE', message: `the column ${name} is NOT NULL: the record has nothing for it` };
}
