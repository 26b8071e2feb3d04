/** From a record of a batch to what the author of a function sees of it. */
import { isUtf8 } from 'node:buffer';
import type { Converter } from '../converter.ts';
import { RecordError } from '../errors.ts';
import type { RecordOutcome } from '../outcomes.ts';
import { type RecordBatch, type RecordBlock, recordAt, type SinkRecord } from '../records.ts';
import { type Content, outcomeFor, type ReceivedHeader, type ReceivedRecord } from './received-record.ts';

/** What the author takes keys and values as. */
export interface Reading {
  readonly key: Converter;
  readonly value: Converter;
}

/** Record `index` of `block`. Text is decoded once; bytes are a copy of their own, which the author may keep and change.
 *  Keys and values that are read as text must be UTF-8: whoever calls this looked. */
export function readRecord(
  block: RecordBlock,
  index: number,
  { key, value }: Reading,
): ReceivedRecord<Content, Content> {
  const record = recordAt(block, index);
  return new BatchRecord(record, contentOf(record.key, key), contentOf(record.value, value));
}

/** All records of a batch, in offset order. */
export function readBatch({ segments }: RecordBatch, reading: Reading): ReceivedRecord<Content, Content>[] {
  const records: ReceivedRecord<Content, Content>[] = [];
  for (const { block, from, to } of segments) {
    for (let index = from; index < to; index++) records.push(readRecord(block, index, reading));
  }
  return records;
}

function contentOf(bytes: Buffer | null, converter: Converter): Content | null {
  if (bytes === null) return null;
  return converter === 'string' ? bytes.toString() : Uint8Array.from(bytes);
}

class BatchRecord implements ReceivedRecord<Content, Content> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly key: Content | null;
  readonly value: Content | null;
  readonly valueSize: number;
  readonly headers: readonly ReceivedHeader[];
  readonly overflow: boolean;
  readonly valueRef: string | undefined;

  constructor(record: SinkRecord, key: Content | null, value: Content | null) {
    this.topic = record.topic;
    this.partition = record.partition;
    this.offset = record.offset;
    this.timestamp = record.timestamp;
    this.timestampType = record.timestampType;
    this.key = key;
    this.value = value;
    this.valueSize = record.valueSize;
    this.headers = record.headers;
    this.overflow = record.overflow !== null;
    this.valueRef = record.overflow?.valueRef;
  }

  get isTombstone(): boolean {
    return this.value === null && !this.overflow;
  }

  get id(): string {
    return `${this.topic}+${this.partition}+${this.offset}`;
  }

  header(name: string): string | undefined {
    const value = this.headers.findLast(({ key }) => key === name)?.value;
    return value === undefined || value === null || !isUtf8(value) ? undefined : textOf(value);
  }

  json(): unknown {
    const { value } = this;
    if (value === null) {
      const why = this.overflow ? 'it was too large to send (overflow)' : 'it is a tombstone';
      throw new RecordError('VALUE_MISSING', `the record has no value here: ${why}`, { context: this.#place });
    }
    if (typeof value !== 'string' && !isUtf8(value)) {
      throw new RecordError('VALUE_NOT_UTF8', 'the value is no UTF-8 text, so it is no JSON', { context: this.#place });
    }
    try {
      return JSON.parse(typeof value === 'string' ? value : textOf(value));
    } catch (error) {
      // The parser's own message quotes the value, so it is not passed on.
      if (!(error instanceof SyntaxError)) throw error;
      throw new RecordError('VALUE_NOT_JSON', 'the value is no JSON', { context: this.#place });
    }
  }

  written(): RecordOutcome {
    return outcomeFor(this, 'written');
  }

  dropped(): RecordOutcome {
    return outcomeFor(this, 'dropped');
  }

  errant(code: string, message: string): RecordOutcome {
    return outcomeFor(this, 'errant', { code, message });
  }

  retry(afterMs?: number, code = 'RETRY', message?: string): RecordOutcome {
    return outcomeFor(this, 'retry', {
      code,
      ...(message !== undefined && { message }),
      ...(afterMs !== undefined && { retryAfterMs: afterMs }),
    });
  }

  get #place() {
    return { topic: this.topic, partition: this.partition, offset: this.offset };
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
