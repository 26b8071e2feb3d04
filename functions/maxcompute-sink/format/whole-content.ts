/** Key and value as they are, each into the column of its name: formats `TEXT`, `BINARY` and `JSON`. */
import { isUtf8 } from 'node:buffer';
import { afterSpace, beforeSpace } from '../../../shared/json-walk.ts';
import type { RecordBlock } from '../../../shared/records.ts';
import { isJsonNull } from '../value/json-value.ts';
import { type ContentProblem, ContentRanges, type Part, partEnd, partStart } from './content.ts';
import { JsonVerdicts } from './json-verdicts.ts';

export interface WholePart {
  readonly part: Part;
  readonly column: number;
  /** Only UTF-8 has a place there. */
  readonly mustBeText: boolean;
}

/** Texts, or bytes. */
export class WholeContent extends ContentRanges {
  readonly form = 'text';
  readonly #parts: readonly WholePart[];

  constructor(columns: number, parts: readonly WholePart[]) {
    super(columns);
    this.#parts = parts;
  }

  read(block: RecordBlock, index: number): ContentProblem | undefined {
    this.bytes = block.bytes;
    for (const { part, column, mustBeText } of this.#parts) {
      const start = partStart(block, index, part);
      const end = partEnd(block, index, part);
      if (mustBeText && start >= 0 && !isUtf8(block.bytes.subarray(start, end))) {
        const code = part === 'key' ? 'KEY_NOT_UTF8' : 'VALUE_NOT_UTF8';
        return { code, message: `the ${part} is no UTF-8, and the column ${part} takes text; use a BINARY column` };
      }
      this.put(column, start, end);
    }
    return undefined;
  }
}

/** JSON: it must be some, and is written as it stands. `asItIs`: the column takes it whole, and not what it says. */
export class JsonContent extends ContentRanges {
  readonly form: 'json' | 'bytes';
  readonly #part: Part;
  readonly #column: number;
  readonly #verdicts: JsonVerdicts;

  constructor(columns: number, part: Part, column: number, asItIs: boolean) {
    super(columns);
    this.form = asItIs ? 'bytes' : 'json';
    this.#part = part;
    this.#column = column;
    this.#verdicts = new JsonVerdicts(part);
  }

  read(block: RecordBlock, index: number): ContentProblem | undefined {
    this.bytes = block.bytes;
    const start = partStart(block, index, this.#part);
    const end = partEnd(block, index, this.#part);
    if (start < 0) {
      this.clear();
      return undefined;
    }
    const problem = this.#verdicts.problemOf(block, index);
    if (problem !== undefined) return problem;
    if (this.form === 'bytes') this.put(this.#column, start, end);
    else this.#putValue(block.bytes, afterSpace(block.bytes, start), beforeSpace(block.bytes, end));
    return undefined;
  }

  /** JSON's null is none, as for members of FLATTEN. */
  #putValue(bytes: Buffer, start: number, end: number): void {
    this.put(this.#column, isJsonNull(bytes, start) ? -1 : start, end);
  }
}
