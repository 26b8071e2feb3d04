/** The content of an object before compression, under a configuration. */
import { isUtf8 } from 'node:buffer';
import { RecordError } from '../../../shared/errors.ts';
import { keyAt, offsetAt, type RecordBlock, valueAt } from '../../../shared/records.ts';
import type { OssConfig } from '../config.ts';
import { DEFAULT_FIELDS, isOutputField, type OutputField } from '../fields.ts';
import type { Records } from '../segments.ts';
import { csvBody } from './csv-body.ts';
import { containsArray, containsElements, framedEnd, lineEnd, rowEnd } from './elements.ts';
import { envelopeBody, jsonlBody } from './json-body.ts';
import { rawBody } from './raw-body.ts';

/** The same records always give the same bytes, in any company. That is what a repeated batch is recognised by. */
export interface BodyBuilder {
  build(records: Records): Buffer | Promise<Buffer>;
  /** True when the records of `part` are among those of `content`, in the same order. */
  contains(content: Buffer, part: Buffer): boolean;
  /** Why this format has no honest form for a record, or `undefined`. */
  refusal(block: RecordBlock, index: number): RecordError | undefined;
  /** True where every record has one, unless it overflowed: nothing to ask `refusal` for. */
  readonly acceptsAnyContent: boolean;
}

function outputFields(config: OssConfig): readonly OutputField[] {
  return config['oss.output.fields']?.filter(isOutputField) ?? DEFAULT_FIELDS;
}

function contextOf(block: RecordBlock, index: number) {
  return { context: { topic: block.topic, partition: block.partition, offset: offsetAt(block, index) } };
}

function valueMissing(block: RecordBlock, index: number, format: string): RecordError | undefined {
  if (block.overflows?.has(index) !== true) return undefined;
  return new RecordError(
    'OSS_VALUE_MISSING',
    `the record came without its value, which was too large to send, and ${format} has no way to say so; store such values with overflow.policy=claim-check`,
    contextOf(block, index),
  );
}

function notText(block: RecordBlock, index: number): RecordError | undefined {
  const key = keyAt(block, index);
  const value = valueAt(block, index);
  const which = key !== null && !isUtf8(key) ? 'key' : value !== null && !isUtf8(value) ? 'value' : undefined;
  if (which === undefined) return undefined;
  return new RecordError(
    `${which.toUpperCase()}_NOT_UTF8`,
    `the ${which} is not UTF-8, and a CSV field holds only text; use oss.format=jsonl, envelope or raw`,
    contextOf(block, index),
  );
}

/** @param breath as `Clock.breath` */
export function bodyBuilder(config: OssConfig, breath: () => Promise<void> | undefined): BodyBuilder {
  const fields = outputFields(config);
  const format = config['oss.format'];
  const flagged = format !== 'raw' && fields.includes('overflowFlag');
  const missing = (block: RecordBlock, index: number) =>
    flagged
      ? undefined
      : valueMissing(block, index, format === 'raw' ? 'oss.format=raw' : 'oss.output.fields without overflowFlag');
  const common = { refusal: missing, acceptsAnyContent: true };
  switch (format) {
    case 'envelope':
      return {
        ...common,
        build: envelopeBody(fields),
        contains: containsArray,
      };
    case 'jsonl':
      return {
        ...common,
        build: jsonlBody(fields),
        contains: (content, part) => containsElements(content, part, lineEnd),
      };
    case 'csv':
      return {
        build: csvBody(config['oss.csv.header'], breath, fields),
        refusal: (block, index) => missing(block, index) ?? notText(block, index),
        acceptsAnyContent: false,
        contains: (content, part) => containsElements(content, part, rowEnd),
      };
    case 'raw': {
      const framing = config['oss.raw.framing'];
      const endOf = framing === 'newline' ? lineEnd : framedEnd;
      return {
        ...common,
        build: (records) => rawBody(records, framing),
        contains: (content, part) => containsElements(content, part, endOf),
      };
    }
    default:
      return format satisfies never;
  }
}
