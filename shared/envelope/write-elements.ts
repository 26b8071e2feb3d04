/** Records as JSON elements, from views of their bytes into one buffer. The kernel writes runs of records that share a template. Between the
 *  runs stand those that are set apart: they overflowed, have headers that are shown, or are no text. */
import type { ElementTemplate, Written } from '../kernel/kernel.ts';
import { kernel } from '../kernel/load-kernel.ts';
import { type BatchSegment, BOUNDS_STRIDE, HEADERS_AT, offsetAt, partitionName, type RecordBlock } from '../records.ts';
import { contentBytesOf } from './content-bytes.ts';
import { type ElementForm, templateFor, templateWith } from './element-template.ts';
import { formByContent, variantsOf } from './form-variants.ts';
import { headersToJson } from './headers-json.ts';
import { type Buffers, OutputBuffer } from './output-buffer.ts';

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;
/** `{}` */
const EMPTY_BYTES = 2;

/** `records` as one JSON array, in one buffer: of `buffers`, to be given back, or else its own. The form's elements end with a comma. */
export function arrayOfElements(form: ElementForm, records: readonly BatchSegment[], buffers?: Buffers): Buffer {
  const output = outputFor(form, records, buffers);
  output.byte(OPEN_BRACKET);
  writeElements(output, form, records);
  // In place of the last comma.
  output.bytes[output.length - 1] = CLOSE_BRACKET;
  return output.result();
}

/** `records` as the form's elements and nothing else. */
export function elementsOf(form: ElementForm, records: readonly BatchSegment[], buffers?: Buffers): Buffer {
  const output = outputFor(form, records, buffers);
  writeElements(output, form, records);
  return output.result();
}

/** Numbers in an element and the quotes of its texts, about. */
const NUMBERS_BYTES = 40;

/** With room for what base64 makes of the records, or for JSON of which every third byte is escaped. */
function outputFor(form: ElementForm, records: readonly BatchSegment[], buffers: Buffers | undefined): OutputBuffer {
  const first = records[0];
  if (first === undefined) throw new RangeError('a body holds one record or more');
  const { members, end } = templateFor(variantsOf(form).base64, first.block);
  const fixed = members.reduce(
    (sum, member) => sum + ('source' in member ? member.lead : member.constant).length + 1,
    NUMBERS_BYTES + end.length,
  );
  const { count, bytes } = contentBytesOf(records);
  return new OutputBuffer(Math.ceil((bytes * 4) / 3) + count * fixed + 2, buffers);
}

/** Appends the records of `segments`, in order. The same record gives the same bytes in any company. */
function writeElements(output: OutputBuffer, form: ElementForm, segments: readonly BatchSegment[]): void {
  for (const { block, from, to } of segments) {
    const template = templateFor(form, block);
    for (let next = from; next < to; ) {
      const end = runEnd(form, block, next, to);
      const written = writeRun(output, template, block, next, end);
      next = written.next;
      if (written.stopped !== undefined) next = writeOtherThanText(output, form, block, next, end);
      else if (next < to) writeSetApart(output, form, block, next++);
    }
  }
}

/** End of the records from `from` on that nothing sets apart, as far as that can be told without reading them. */
function runEnd(form: ElementForm, block: RecordBlock, from: number, to: number): number {
  const { overflows, bounds } = block;
  const headers = form.members.includes('headers');
  if (overflows === undefined && !headers) return to;
  for (let i = from; i < to; i++) {
    if (overflows?.has(i) === true || (headers && (bounds[i * BOUNDS_STRIDE + HEADERS_AT] ?? -1) >= 0)) return i;
  }
  return to;
}

/** Writes records `from` to `to` with room made as it is needed; stops only before one that is no text. */
function writeRun(
  output: OutputBuffer,
  template: ElementTemplate,
  block: RecordBlock,
  from: number,
  to: number,
): Written {
  let start = from;
  for (;;) {
    const written = kernel.write(template, block, start, to, output.bytes, output.length);
    output.length = written.at;
    if (written.stopped !== 'full') return written;
    start = written.next;
    output.grow();
  }
}

/** Writes record `from`, which is no text, and those before `end` that follow it and need the same. Returns the next.
 *  @throws Error when the kernel and Node.js do not agree on what is text: a record would be left out without a word */
function writeOtherThanText(
  output: OutputBuffer,
  form: ElementForm,
  block: RecordBlock,
  from: number,
  end: number,
): number {
  const variant = formByContent(form, block, from);
  let to = from + 1;
  while (to < end && formByContent(form, block, to) === variant) to++;
  const { stopped } = writeRun(output, templateFor(variant, block), block, from, to);
  if (stopped !== undefined) throw new Error(`${partitionName(block)} at ${offsetAt(block, from)}: ${stopped}`);
  return to;
}

/** Writes a record that overflowed or has headers to show. */
function writeSetApart(output: OutputBuffer, form: ElementForm, block: RecordBlock, index: number): void {
  const overflow = block.overflows?.get(index);
  if (overflow === undefined) {
    if (writeWithHeaders(output, form, block, index)) return;
    if (writeWithHeaders(output, formByContent(form, block, index), block, index)) return;
    throw new Error(`${partitionName(block)} at ${offsetAt(block, index)}: not-utf8`);
  }
  const { keyEncoding, valueEncoding } = formByContent(form, block, index);
  const headers = form.members.includes('headers') ? block.headersOf(index) : [];
  const template = templateWith(form, block, { keyEncoding, valueEncoding, overflow, headers });
  writeRun(output, template, block, index, index + 1);
}

/** Writes what stands before the headers, the headers, and what stands after them: of all that only the headers are the record's alone, and a
 *  template for each record would cost more than the element. False, and nothing written, when the record is no text. */
function writeWithHeaders(output: OutputBuffer, form: ElementForm, block: RecordBlock, index: number): boolean {
  const start = output.length;
  const { beforeHeaders, afterHeaders } = variantsOf(form);
  const isText = (part: ElementForm) =>
    writeRun(output, templateFor(part, block), block, index, index + 1).stopped === undefined;
  if (!isText(beforeHeaders)) return false;
  const isFirst = output.length === start + EMPTY_BYTES;
  // Without the closing brace.
  output.length--;
  output.text(`${isFirst ? '' : ','}"headers":${headersToJson(block.headersOf(index))}`);
  const joint = output.length;
  if (!isText(afterHeaders)) {
    output.length = start;
    return false;
  }
  // The second brace that opens is a comma, or the one that closes where nothing follows.
  if (output.length > joint + EMPTY_BYTES + form.end.length) {
    output.bytes[joint] = COMMA;
  } else {
    output.length = joint;
    output.byte(CLOSE_BRACE);
    output.append(form.end);
  }
  return true;
}
