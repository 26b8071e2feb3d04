/** The record that a template is rendered for. */
import { RecordError } from '../../../shared/errors.ts';
import { type JsonPointer, valueAtPointer } from '../../../shared/json-pointer.ts';
import { afterSpace, endOfValue, findValue, stepOf } from '../../../shared/json-walk.ts';
import { MOST_DEPTH } from '../../../shared/kernel/json-check.ts';
import { jsonProblem } from '../../../shared/kernel/json-scan.ts';
import { offsetAt, partitionName, type RecordBlock, valueAt } from '../../../shared/records.ts';

export interface TemplateRecord {
  readonly block: RecordBlock;
  readonly index: number;
  /** The value as JSON says it, parsed once however often it is asked for; `undefined` where the record has no value.
   *  @throws RecordError `VALUE_NOT_JSON` */
  json(): unknown;
}

/** A record among many, one after the other, so that none of them needs an object of its own. */
export class RecordCursor implements TemplateRecord {
  #block: RecordBlock | undefined;
  #index = 0;
  #isParsed = false;
  #json: unknown;

  /** The record itself from now on is `index` of `block`. */
  at(block: RecordBlock, index: number): this {
    this.#block = block;
    this.#index = index;
    this.#isParsed = false;
    this.#json = undefined;
    return this;
  }

  get block(): RecordBlock {
    if (this.#block === undefined) throw new Error('at() comes first');
    return this.#block;
  }

  get index(): number {
    return this.#index;
  }

  json(): unknown {
    if (!this.#isParsed) this.#json = parsed(this);
    this.#isParsed = true;
    return this.#json;
  }
}

/** An error of a record, which its message names too. */
export function recordError(
  code: string,
  message: string,
  { block, index }: Pick<TemplateRecord, 'block' | 'index'>,
): RecordError {
  const context = { topic: block.topic, partition: block.partition, offset: offsetAt(block, index) };
  return new RecordError(code, `${partitionName(block)} at offset ${context.offset}: ${message}`, { context });
}

function parsed(record: TemplateRecord): unknown {
  const value = valueAt(record.block, record.index);
  if (value === null) return undefined;
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    // The parser's own message may show a piece of the value.
    const problem = jsonProblem(value, 0, value.length, MOST_DEPTH);
    const where = problem === undefined ? '' : `: at byte ${problem.at}: ${problem.reason}`;
    throw recordError('VALUE_NOT_JSON', `the value is no JSON${where}`, record);
  }
}

/** Text, number, `true` or `false` at `pointer`, as text; `undefined` for anything else, and where nothing is there. A number that is no safe
 *  integer is taken as it is written, so that two of them never become one.
 *  @throws RecordError `VALUE_NOT_JSON` */
export function textAtPointer(record: TemplateRecord, pointer: JsonPointer): string | undefined {
  const found = valueAtPointer(record.json(), pointer);
  if (typeof found === 'string') return found;
  if (typeof found === 'boolean' || Number.isSafeInteger(found)) return String(found);
  return typeof found === 'number' ? writtenAt(record, pointer) : undefined;
}

/** What stands at `pointer` in a value that is JSON. */
function writtenAt(record: TemplateRecord, { steps }: JsonPointer): string | undefined {
  const value = valueAt(record.block, record.index) ?? Buffer.alloc(0);
  const at = findValue(value, afterSpace(value, 0), value.length, steps.map(stepOf));
  return at < 0 ? undefined : value.toString('latin1', at, endOfValue(value, at, value.length));
}
