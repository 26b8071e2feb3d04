/** Documents of single values. */
import {
  type DocumentFrame,
  type DocumentOptions,
  DocumentWriter,
} from '../../../../../functions/elasticsearch-sink/document/document-writer.ts';
import { BlockBuilder, type RecordToAdd } from '../../../../../shared/envelope/block-builder.ts';
import { OutputBuffer } from '../../../../../shared/envelope/output-buffer.ts';
import { type JsonPointer, jsonPointer } from '../../../../../shared/json-pointer.ts';
import type { RecordBlock } from '../../../../../shared/records.ts';

export const PLAIN: DocumentOptions = {
  maxDepth: 100,
  maxBytes: 1_000_000,
  wrapField: 'value',
  metadataField: 'kafka',
  metadata: [],
  dropFields: [],
};

/** 2026-11-21T10:15:30.007Z */
export const RECORD_TIME = Date.UTC(2026, 10, 21, 10, 15, 30, 7);

export function pointers(...texts: string[]): JsonPointer[] {
  return texts.map((text) => jsonPointer(text) ?? { text: '', steps: [] });
}

/** A block of `orders-3` from offset 42 on. */
export function blockOf(...records: (string | Buffer | Partial<RecordToAdd>)[]): RecordBlock {
  const builder = new BlockBuilder({ topic: 'orders', partition: 3 });
  for (const [i, record] of records.entries()) {
    const given =
      typeof record === 'string' || Buffer.isBuffer(record) ? { value: Buffer.from(record as string) } : record;
    builder.add({ offset: 42 + i, timestamp: RECORD_TIME, key: null, value: null, ...given });
  }
  return builder.build();
}

/** The document of one record, or the code and message of why there is none. */
export function documentOf(
  record: string | Buffer | Partial<RecordToAdd>,
  options: Partial<DocumentOptions> = {},
  frame: DocumentFrame = 'plain',
): string {
  // As small as it can be: whoever forgets to make room writes past the end.
  const output = new OutputBuffer(0);
  output.text('before');
  const error = new DocumentWriter({ ...PLAIN, ...options }).append(output, blockOf(record), 0, frame);
  const text = output.result().toString();
  if (error === undefined) return text.slice('before'.length);
  return text === 'before' ? `${error.code} ${error.message}` : `appended all the same: ${text}`;
}
