/** From what a function is invoked with to batches of records. Function Compute's Kafka trigger has several forms, documented and
 *  seen; our own envelope is one more. Source: https://www.alibabacloud.com/help/en/functioncompute (Kafka trigger, event formats). */
import { isUtf8 } from 'node:buffer';
import type { RecordBatch, TimestampType, TopicPartition } from '../records.ts';
import { BlockBuilder, batchOf, batchOfSegments } from './block-builder.ts';
import { ENVELOPE_OVERHEAD_BYTES } from './encode.ts';
import { EventError } from './event-error.ts';
import { type EventRecord, isFields, readEventRecord } from './event-record.ts';

export { EventError } from './event-error.ts';

/** `envelope`: elements with `overflowFlag` or `valueSize`, which no trigger sends. `cloudevents`: objects with `specversion`.
 *  `cloudevents-strings`: the same as JSON strings. `raw`: the `data` objects of those alone. */
export type EventForm = 'envelope' | 'cloudevents' | 'cloudevents-strings' | 'raw';

export interface NormalisedEvent {
  /** `envelope` when the event has no elements. */
  readonly form: EventForm;
  /** One a topic-partition, in order of first appearance. */
  readonly batches: RecordBatch[];
}

/** Reads an event of any form, one element or an array of them. An empty array is an event without records.
 *  @throws EventError when it is no such event, mixes forms, or its offsets do not ascend within a topic-partition (outcomes are
 *  matched by offset, so one may not come twice) */
export function normaliseEvent(event: Buffer | Uint8Array | string | object): NormalisedEvent {
  const content = contentOf(event);
  const elements: unknown[] = Array.isArray(content) ? content : [content];
  const partitions = new Map<string, PartitionRecords>();
  let form: EventForm | undefined;
  for (const [index, element] of elements.entries()) {
    const read = readElement(element, index);
    form ??= read.form;
    if (form !== read.form) {
      throw new EventError(`element ${index} has the form ${read.form}, those before it ${form}; mixed forms`, element);
    }
    const record = readEventRecord(read.fields, index);
    const name = `${record.partition}/${record.topic}`;
    let records = partitions.get(name);
    if (records === undefined) {
      records = new PartitionRecords(record);
      partitions.set(name, records);
    }
    records.add(record, index, element);
  }
  return { form: form ?? 'envelope', batches: Array.from(partitions.values(), (records) => records.toBatch()) };
}

/** The event as JSON data. */
function contentOf(event: unknown): unknown {
  let content = event;
  if (event instanceof Uint8Array) {
    if (!isUtf8(event)) throw new EventError('it is not UTF-8', event);
    content = Buffer.from(event.buffer, event.byteOffset, event.byteLength).toString();
  }
  if (typeof content === 'string') {
    if (content.trim() === '') throw new EventError('it is empty', event);
    content = parsed(content, 'it is not JSON', event);
  }
  if (typeof content === 'string' || (typeof content === 'object' && content !== null)) return content;
  throw new EventError('it is neither an object nor an array', content);
}

function parsed(text: string, problem: string, came: unknown): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser's own message quotes the payload, so it is not passed on.
    if (error instanceof SyntaxError) throw new EventError(problem, came);
    throw error;
  }
}

type Element = { readonly form: EventForm; readonly fields: Readonly<Record<string, unknown>> };

function readElement(element: unknown, index: number): Element {
  if (typeof element === 'string') {
    const inner = parsed(element, `element ${index} is a string, but not one of JSON`, element);
    if (isFields(inner) && 'specversion' in inner) return { form: 'cloudevents-strings', fields: dataOf(inner, index) };
    throw new EventError(`element ${index} is a JSON string, but not one of a CloudEvents object`, element);
  }
  if (!isFields(element)) throw new EventError(`element ${index} is not a record`, element);
  if ('specversion' in element) return { form: 'cloudevents', fields: dataOf(element, index) };
  const form = 'overflowFlag' in element || 'valueSize' in element ? 'envelope' : 'raw';
  return { form, fields: element };
}

function dataOf(cloudEvent: Readonly<Record<string, unknown>>, index: number): Readonly<Record<string, unknown>> {
  const data = cloudEvent['data'];
  if (isFields(data)) return data;
  throw new EventError(`element ${index} is a CloudEvents object whose "data" is no record`, cloudEvent);
}

/** Records of one topic-partition; a new block begins where the timestamp type changes. */
class PartitionRecords {
  readonly #tp: TopicPartition;
  readonly #builders: BlockBuilder[] = [];
  #timestampType: TimestampType | undefined;
  #lastOffset = -1;

  constructor({ topic, partition }: TopicPartition) {
    this.#tp = { topic, partition };
  }

  add({ timestampType, record }: EventRecord, index: number, element: unknown): void {
    if (record.offset <= this.#lastOffset) {
      const after = `offset ${record.offset} of ${this.#tp.topic}-${this.#tp.partition} after ${this.#lastOffset}`;
      throw new EventError(`element ${index} has ${after}; offsets must ascend, each once`, element);
    }
    this.#lastOffset = record.offset;
    let builder = this.#builders.at(-1);
    if (builder === undefined || timestampType !== this.#timestampType) {
      builder = new BlockBuilder(this.#tp, timestampType);
      this.#builders.push(builder);
      this.#timestampType = timestampType;
    }
    builder.add(record);
  }

  toBatch(): RecordBatch {
    const parts = this.#builders.map((builder) => batchOf(builder.build()));
    const encodedBytes = parts.reduce(
      (sum, part) => sum + part.encodedBytes - ENVELOPE_OVERHEAD_BYTES,
      ENVELOPE_OVERHEAD_BYTES,
    );
    const segments = parts.flatMap((part) => part.segments);
    return batchOfSegments(this.#tp, segments, encodedBytes, undefined);
  }
}
