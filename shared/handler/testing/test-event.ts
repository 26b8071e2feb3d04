/** Events for tests, made of records as a test wants to write them. */
import { isUtf8 } from 'node:buffer';
import { BlockBuilder } from '../../envelope/block-builder.ts';
import { everyEvent } from '../../test-events/every-event.ts';
import { renderEvent } from '../../test-events/render-event.ts';
import { sampleRecords } from '../../test-events/sample-records.ts';

/** `envelope`: what a dispatcher sends. The others: what native Kafka triggers send. */
export type TestEventForm = 'envelope' | 'cloudevents' | 'cloudevents-strings' | 'raw';

export interface TestRecord {
  /** No key by default. */
  readonly key?: string | Uint8Array | null;
  /** Text, bytes, or data that becomes JSON; null for a tombstone. */
  readonly value: string | Uint8Array | object | null;
  /** One behind the record before it by default, from 0. */
  readonly offset?: number;
  /** Epoch milliseconds. */
  readonly timestamp?: number;
  readonly headers?: readonly { readonly key: string; readonly value: string | Uint8Array | null }[];
  /** The value was too large to send: the event has its size, and `valueRef`, if there is one, instead. */
  readonly overflow?: { readonly valueSize: number; readonly valueRef?: string };
}

export interface TestEventOptions {
  /** `envelope` by default. */
  readonly form?: TestEventForm;
  /** `orders` by default. */
  readonly topic?: string;
  /** 0 by default. */
  readonly partition?: number;
  /** Orders of a shop by default: Chinese text, one without a key, a tombstone. */
  readonly records?: readonly TestRecord[];
}

const SAMPLES = 5;
/** 2026-01-31T08:00:00+08:00. */
const SOME_TIMESTAMP = Date.UTC(2026, 0, 31);

/** The event as a trigger or a dispatcher sends it, as text of JSON.
 *  @throws TypeError when offsets do not ascend, or the form cannot carry what a record holds */
export function testEvent({
  form = 'envelope',
  topic = 'orders',
  partition = 0,
  records,
}: TestEventOptions = {}): string {
  if (records === undefined) return renderEvent(sampleRecords(topic, SAMPLES), form);
  const builder = new BlockBuilder({ topic, partition });
  let lastOffset = -1;
  for (const [index, record] of records.entries()) {
    const { offset = lastOffset + 1, timestamp = SOME_TIMESTAMP, headers = [], overflow } = record;
    if (offset <= lastOffset)
      throw new TypeError(`record ${index} has offset ${offset} after ${lastOffset}; offsets must ascend`);
    lastOffset = offset;
    const key = bytesOf(record.key ?? null);
    const value = overflow === undefined ? bytesOf(record.value) : null;
    if (form !== 'envelope' && (overflow !== undefined || !isText(key) || !isText(value)))
      throw new TypeError(`record ${index}: only an envelope carries bytes that are no UTF-8, and overflow`);
    builder.add({
      offset,
      timestamp,
      key,
      value,
      headers: headers.map((header) => ({ key: header.key, value: bytesOf(header.value) })),
      overflow,
    });
  }
  return renderEvent(builder.build(), form);
}

/** Events in every form and shape that triggers send, by name: arrays and bare elements, headers in both ways, values as text and as data,
 *  records without key, tombstones. A sink that is to work behind a native trigger takes them all. */
export function testEvents(): readonly {
  readonly name: string;
  readonly form: TestEventForm;
  readonly event: string;
}[] {
  return everyEvent(() => 'orders').map(({ name, form, text }) => ({ name, form, event: text }));
}

function bytesOf(content: string | Uint8Array | object | null): Buffer | null {
  if (content === null) return null;
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(JSON.stringify(content));
}

function isText(bytes: Buffer | null): boolean {
  return bytes === null || isUtf8(bytes);
}
