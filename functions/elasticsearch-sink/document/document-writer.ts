/** Values become documents: bytes of the record's value in, bytes of the request body out, and no string in between. A value that is an object
 *  and needs nothing is copied as it is; what must change is cut out or put in between the bytes that stay. */
import type { OutputBuffer } from '../../../shared/envelope/output-buffer.ts';
import type { RecordError } from '../../../shared/errors.ts';
import type { JsonPointer } from '../../../shared/json-pointer.ts';
import {
  afterSpace,
  beforeSpace,
  CLOSE_BRACE,
  endOfValue,
  findValue,
  OPEN_BRACE,
  type Step,
  stepOf,
} from '../../../shared/json-walk.ts';
import {
  FIRST_NAME_BIT,
  HAS_ESCAPED_NAME,
  HAS_LINE_BREAK,
  IS_OBJECT,
  type JsonChecker,
  NOT_JSON,
  type WantedName,
} from '../../../shared/kernel/json-check.ts';
import { jsonProblem } from '../../../shared/kernel/json-scan.ts';
import { jsonChecker } from '../../../shared/kernel/load-json-checker.ts';
import {
  BOUNDS_STRIDE,
  offsetAt,
  partitionName,
  type RecordBlock,
  VALUE_END,
  VALUE_START,
} from '../../../shared/records.ts';
import type { DataStreamTime } from '../data-stream-time.ts';
import type { MetadataField } from '../keys/document-keys.ts';
import { recordError } from '../template/template-record.ts';
import { appendRange } from './append-range.ts';
import { addCut, appendWithout, type Cuts } from './cuts.ts';
import { hasIsoTime, ISO_TIME_BYTES, IsoTimeWriter } from './iso-time.ts';
import { MetadataWriter } from './metadata.ts';

export interface DocumentOptions {
  /** Objects and arrays of a value within each other, at most; up to `MOST_DEPTH`. */
  readonly maxDepth: number;
  /** Bytes of a document as it is sent, at most. */
  readonly maxBytes: number;
  /** Field for values that are no objects. */
  readonly wrapField: string;
  /** Field of the metadata; a member of that name in the value is replaced. */
  readonly metadataField: string;
  /** What it holds; nothing where this is empty. */
  readonly metadata: readonly MetadataField[];
  /** What of the value is left out; from the value as it came, wrapped or not. */
  readonly dropFields: readonly JsonPointer[];
  /** What `@timestamp` is; absent where the document need not have one. */
  readonly time?: DataStreamTime | undefined;
}

/** How a document stands in the body: by itself, or as the `doc` of an update. */
export type DocumentFrame = 'plain' | 'update' | 'upsert';

const TIME_NAME = '@timestamp';
const OWN_TIME = [stepOf(TIME_NAME)];
const TIME_LEAD = Buffer.from(`${JSON.stringify(TIME_NAME)}:`);
/** Among the names looked for: one that is cut, `@timestamp`. */
const CUT_BIT = FIRST_NAME_BIT;
const TIME_BIT = FIRST_NAME_BIT << 1;

const FRAMES: Readonly<Record<DocumentFrame, readonly [lead: Buffer, end: Buffer]>> = {
  plain: [Buffer.alloc(0), Buffer.alloc(0)],
  update: [Buffer.from('{"doc":'), Buffer.from('}')],
  upsert: [Buffer.from('{"doc":'), Buffer.from(',"doc_as_upsert":true}')],
};

const COMMA = 0x2c;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
/** Values that are checked at one time: about as many as the check stages at once. */
const CHECKED_RECORDS = 64;

/** One for all records of a connector, used for one record after the other. */
export class DocumentWriter {
  readonly #options: DocumentOptions;
  readonly #checker: JsonChecker;
  readonly #cuts: Cuts = { children: [] };
  readonly #hasCuts: boolean;
  readonly #names: readonly WantedName[];
  readonly #wrapLead: Buffer;
  readonly #metadata: MetadataWriter | undefined;
  readonly #isoTime = new IsoTimeWriter();
  readonly #timeSteps: readonly Step[];
  /** Whether the value's own `@timestamp` may be what is asked for. */
  readonly #keepsOwnTime: boolean;
  /** Verdicts on records `#checkedFrom` to `#checkedTo` of `#checked`. */
  readonly #verdicts = new Int32Array(CHECKED_RECORDS);
  #checked: RecordBlock | undefined;
  #checkedFrom = 0;
  #checkedTo = 0;

  constructor(options: DocumentOptions, checker = jsonChecker) {
    const { dropFields, metadata, metadataField, time, wrapField } = options;
    this.#options = options;
    this.#checker = checker;
    for (const pointer of dropFields) addCut(this.#cuts, pointer);
    if (metadata.length > 0) addCut(this.#cuts, { steps: [metadataField] });
    this.#timeSteps = time?.kind === 'field' ? time.pointer.steps.map(stepOf) : [];
    const isOwnTime = time?.kind === 'field' && time.pointer.steps.length === 1 && time.pointer.steps[0] === TIME_NAME;
    const isDropped = this.#cuts.children.some(({ step, isWhole }) => isWhole && step.text === TIME_NAME);
    this.#keepsOwnTime = !isDropped && isOwnTime;
    if (time !== undefined && !this.#keepsOwnTime) addCut(this.#cuts, { steps: [TIME_NAME] });
    this.#hasCuts = this.#cuts.children.length > 0;
    this.#names = [
      ...this.#cuts.children.map(({ step }) => ({ name: step.text, bit: CUT_BIT })),
      ...(time !== undefined && this.#keepsOwnTime ? [{ name: TIME_NAME, bit: TIME_BIT }] : []),
    ];
    this.#wrapLead = Buffer.from(`{${JSON.stringify(wrapField)}:`);
    this.#metadata = metadata.length > 0 ? new MetadataWriter(metadataField, metadata) : undefined;
  }

  /** Appends the document of record `index`, on one line, without the line feed after it. Answers why not where there is none; then nothing was
   *  appended: `VALUE_NOT_JSON`, `DOCUMENT_TOO_DEEP`, `DOCUMENT_TOO_LARGE`, `DOCUMENT_TIME_MISSING`, `DOCUMENT_VALUE_MISSING`.
   *  @throws Error for a tombstone, of which no document can be made */
  append(output: OutputBuffer, block: RecordBlock, index: number, frame: DocumentFrame): RecordError | undefined {
    const verdict = this.#verdict(block, index);
    if (verdict <= 0) return this.#refusal(block, index, verdict);
    const start = valueBound(block, index, VALUE_START);
    const end = valueBound(block, index, VALUE_END);
    // What is far too large is not copied first.
    if (!this.#hasCuts && end - start > this.#options.maxBytes) return this.#tooLarge(end - start, block, index);
    const before = output.length;
    const [lead, tail] = FRAMES[frame];
    if (lead.length > 0) output.append(lead);
    this.#appendValue(output, block.bytes, start, end, verdict);
    if (this.#metadata !== undefined) {
      openEnd(output);
      this.#metadata.append(output, block, index);
      output.byte(CLOSE_BRACE);
    }
    let error = this.#appendTime(output, block, index, verdict);
    if (tail.length > 0) output.append(tail);
    const bytes = output.length - before;
    if (error === undefined && bytes > this.#options.maxBytes) error = this.#tooLarge(bytes, block, index);
    if (error !== undefined) output.length = before;
    return error;
  }

  #verdict(block: RecordBlock, index: number): number {
    if (block !== this.#checked || index < this.#checkedFrom || index >= this.#checkedTo) {
      const to = Math.min(block.count, index + CHECKED_RECORDS);
      this.#checker.check(block, index, to, this.#options.maxDepth, this.#names, this.#verdicts);
      this.#checked = block;
      this.#checkedFrom = index;
      this.#checkedTo = to;
    }
    return this.#verdicts[index - this.#checkedFrom] ?? 0;
  }

  #refusal(block: RecordBlock, index: number, verdict: number): RecordError {
    if (verdict !== NOT_JSON) {
      if (block.overflows?.has(index) !== true)
        throw new Error(`no document is made of a tombstone: ${placeText(block, index)}`);
      const message = 'the record came without its value, which was too large to send; raise invoke.max.bytes';
      return recordError('DOCUMENT_VALUE_MISSING', message, { block, index });
    }
    const start = valueBound(block, index, VALUE_START);
    const end = valueBound(block, index, VALUE_END);
    const problem = jsonProblem(block.bytes, start, end, this.#options.maxDepth);
    if (problem === undefined) throw new Error(`both checks of JSON do not agree: ${placeText(block, index)}`);
    const code = problem.isTooDeep ? 'DOCUMENT_TOO_DEEP' : 'VALUE_NOT_JSON';
    const what = problem.isTooDeep ? 'the value is nested too deep' : 'the value is no JSON';
    return recordError(code, `${what}: at byte ${problem.at}: ${problem.reason}`, { block, index });
  }

  #tooLarge(bytes: number, block: RecordBlock, index: number): RecordError {
    const message = `the document has ${bytes} bytes, more than ${this.#options.maxBytes}`;
    return recordError('DOCUMENT_TOO_LARGE', message, { block, index });
  }

  /** Appends the value as an object, without what is cut. */
  #appendValue(output: OutputBuffer, bytes: Buffer, start: number, end: number, verdict: number): void {
    const isObject = (verdict & IS_OBJECT) !== 0;
    const before = output.length;
    if (!isObject) output.append(this.#wrapLead);
    if (this.#hasCuts && (!isObject || (verdict & (CUT_BIT | HAS_ESCAPED_NAME)) !== 0)) {
      appendWithout(output, bytes, afterSpace(bytes, start), end, this.#cuts);
    } else {
      appendRange(output, bytes, start, end);
    }
    if ((verdict & HAS_LINE_BREAK) !== 0) toOneLine(output.bytes, before, output.length);
    if (!isObject) output.byte(CLOSE_BRACE);
  }

  /** Adds `@timestamp` to the document that was appended. */
  #appendTime(output: OutputBuffer, block: RecordBlock, index: number, verdict: number): RecordError | undefined {
    const { time } = this.#options;
    if (time === undefined || (this.#keepsOwnTime && this.#hasOwnTime(block, index, verdict))) return undefined;
    const timestamp = block.timestamps[index] ?? Number.NaN;
    if (time.kind === 'record-timestamp') {
      if (!hasIsoTime(timestamp)) {
        return recordError('DOCUMENT_TIME_MISSING', 'the record has no time that a date can be made of', {
          block,
          index,
        });
      }
      openEnd(output);
      output.append(TIME_LEAD);
      output.reserve(ISO_TIME_BYTES + 2);
      output.byte(QUOTE);
      this.#isoTime.write(output.bytes, output.length, timestamp);
      output.length += ISO_TIME_BYTES;
      output.byte(QUOTE);
      output.byte(CLOSE_BRACE);
      return undefined;
    }
    const { bytes } = block;
    const end = valueBound(block, index, VALUE_END);
    const at = findValue(bytes, afterSpace(bytes, valueBound(block, index, VALUE_START)), end, this.#timeSteps);
    if (at < 0 || !isTime(bytes[at] ?? 0)) {
      return recordError('DOCUMENT_TIME_MISSING', `the value has no text or number at ${time.pointer.text}`, {
        block,
        index,
      });
    }
    openEnd(output);
    output.append(TIME_LEAD);
    appendRange(output, bytes, at, endOfValue(bytes, at, end));
    output.byte(CLOSE_BRACE);
    return undefined;
  }

  #hasOwnTime(block: RecordBlock, index: number, verdict: number): boolean {
    if ((verdict & IS_OBJECT) === 0) return false;
    if ((verdict & TIME_BIT) !== 0) return true;
    if ((verdict & HAS_ESCAPED_NAME) === 0) return false;
    const start = afterSpace(block.bytes, valueBound(block, index, VALUE_START));
    return findValue(block.bytes, start, valueBound(block, index, VALUE_END), OWN_TIME) >= 0;
  }
}

/** `VALUE_START` or `VALUE_END` of a record that has a value. */
function valueBound({ bounds }: RecordBlock, index: number, column: number): number {
  return bounds[index * BOUNDS_STRIDE + column] ?? -1;
}

/** Whether a value that begins so is a text or a number. */
function isTime(first: number): boolean {
  return first === QUOTE || first === 0x2d || (first >= 0x30 && first <= 0x39);
}

/** Takes back the brace that closes the object at the end of `output`, and puts a comma where another member stands before. */
function openEnd(output: OutputBuffer): void {
  output.length = beforeSpace(output.bytes, beforeSpace(output.bytes, output.length) - 1);
  if (output.bytes[output.length - 1] !== OPEN_BRACE) output.byte(COMMA);
}

/** Line breaks between tokens become spaces: a line of the body is a document. */
function toOneLine(bytes: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at++) {
    if (bytes[at] === LINE_FEED || bytes[at] === CARRIAGE_RETURN) bytes[at] = SPACE;
  }
}

function placeText(block: RecordBlock, index: number): string {
  return `${partitionName(block)} at offset ${offsetAt(block, index)}`;
}
