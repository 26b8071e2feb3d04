/** Fields of one CSV row into columns by their position: format `CSV`. Source: RFC 4180, with `\N` for null as Hive writes it; between quotes it is
 *  a text. */
import type { RecordBlock } from '../../../shared/records.ts';
import { type ContentProblem, ContentRanges, type Part, partEnd, partStart } from './content.ts';

const QUOTE = 0x22;
const CR = 0x0d;
const LF = 0x0a;
const BACKSLASH = 0x5c;
const LETTER_N = 0x4e;

export class CsvContent extends ContentRanges {
  readonly form = 'text';
  readonly #part: Part;
  readonly #columns: readonly number[];
  readonly #delimiter: number;
  /** A copy of the row, for one whose doubled quotes are made single ones. */
  #copy = Buffer.alloc(0);

  /** @param targets columns that fields fill, in their order */
  constructor(columns: number, part: Part, targets: readonly number[], delimiter: string) {
    super(columns);
    this.#part = part;
    this.#columns = targets;
    this.#delimiter = delimiter.charCodeAt(0);
  }

  read(block: RecordBlock, index: number): ContentProblem | undefined {
    this.bytes = block.bytes;
    this.clear();
    const start = partStart(block, index, this.#part);
    if (start < 0) return undefined;
    const end = withoutLineBreak(block.bytes, start, partEnd(block, index, this.#part));
    if (!hasDoubledQuote(block.bytes, start, end)) return this.#split(block.bytes, start, end);
    if (this.#copy.length < end - start) this.#copy = Buffer.allocUnsafe(2 * (end - start));
    block.bytes.copy(this.#copy, 0, start, end);
    this.bytes = this.#copy;
    return this.#split(this.#copy, 0, end - start);
  }

  #split(bytes: Buffer, start: number, end: number): ContentProblem | undefined {
    let field = 0;
    for (let at = start; ; field++) {
      const isQuoted = bytes[at] === QUOTE && at < end;
      const after = isQuoted ? this.#quoted(bytes, at, end, field) : this.#bare(bytes, at, end, field);
      if (typeof after !== 'number') return after;
      if (after === end) break;
      at = after + 1;
    }
    const fields = field + 1;
    if (fields === this.#columns.length) return undefined;
    return problem(
      `has ${fields} field${fields === 1 ? '' : 's'}, and the table ${this.#columns.length} columns for them`,
    );
  }

  /** Where the field ends that has no quotes. */
  #bare(bytes: Buffer, start: number, end: number, field: number): number | ContentProblem {
    let at = start;
    while (at < end && bytes[at] !== this.#delimiter) {
      if (bytes[at] === LF || bytes[at] === CR) return problem('is more than one row');
      at++;
    }
    const isNull = at - start === 2 && bytes[start] === BACKSLASH && bytes[start + 1] === LETTER_N;
    this.#put(field, isNull ? -1 : start, at);
    return at;
  }

  /** Where the field ends whose opening quote is at `start`. */
  #quoted(bytes: Buffer, start: number, end: number, field: number): number | ContentProblem {
    let at = start + 1;
    let doubled = 0;
    for (; ; at++) {
      if (at >= end) return problem(`has a quote in field ${field + 1} that nothing closes`);
      if (bytes[at] !== QUOTE) continue;
      if (at + 1 >= end || bytes[at + 1] !== QUOTE) break;
      doubled++;
      at++;
    }
    if (at + 1 < end && bytes[at + 1] !== this.#delimiter) {
      return problem(`has something behind the closing quote of field ${field + 1}`);
    }
    this.#put(field, start + 1, doubled === 0 ? at : unquote(bytes, start + 1, at));
    return at + 1;
  }

  #put(field: number, start: number, end: number): void {
    const column = this.#columns[field];
    if (column !== undefined) this.put(column, start, end);
  }
}

function hasDoubledQuote(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start + 1; at < end; at++) if (bytes[at] === QUOTE && bytes[at - 1] === QUOTE) return true;
  return false;
}

/** Makes doubled quotes single ones, in place; answers where the text then ends. */
function unquote(bytes: Buffer, start: number, end: number): number {
  let to = start;
  for (let at = start; at < end; at++) {
    bytes[to++] = bytes[at] ?? 0;
    if (bytes[at] === QUOTE) at++;
  }
  return to;
}

/** A row may end in one line break. */
function withoutLineBreak(bytes: Buffer, start: number, end: number): number {
  let at = end;
  if (at > start && bytes[at - 1] === LF) at--;
  if (at > start && bytes[at - 1] === CR) at--;
  return at;
}

function problem(what: string): ContentProblem {
  return { code: 'MAXCOMPUTE_BAD_CSV', message: `the CSV row ${what}` };
}
