/** One record as it stands in an event, whatever form the event has: the fields of an envelope element and of a trigger's `data`
 *  object are the same, and the envelope has some more. */
import type { Overflow, RecordHeader, TimestampType, TopicPartition } from '../records.ts';
import type { RecordToAdd } from './block-builder.ts';
import { EventError } from './event-error.ts';

/** A record read from an event. */
export interface EventRecord extends TopicPartition {
  readonly timestampType: TimestampType;
  readonly record: RecordToAdd;
}

/** What Kafka itself stores for a record without a timestamp. Source: `RecordBatch.NO_TIMESTAMP`. */
const NO_TIMESTAMP = -1;
const MAX_PARTITION = 2 ** 31 - 1;
/** Source: Kafka's `Topic.validate`. */
const LEGAL_TOPIC = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

type Fields = Readonly<Record<string, unknown>>;

/** Says what is wrong with a field, and shows the field. */
type Refuse = (problem: string, came: unknown) => EventError;

/** Reads the record in `fields`, which is element `index` of its event.
 *  `key` and `value` may be a string, absent or null (both: a null key, a tombstone); a `value` that is an object or an array
 *  becomes its compact JSON text. A missing `timestamp` is Kafka's -1. Fields not known are ignored.
 *  @throws EventError when topic, partition or offset is missing, or any field is not what it must be */
export function readEventRecord(fields: Fields, index: number): EventRecord {
  const refuse: Refuse = (problem, came) => new EventError(`element ${index}: ${problem}`, came);
  const topic = fields['topic'];
  if (typeof topic !== 'string' || !LEGAL_TOPIC.test(topic)) {
    throw refuse('"topic" is not the name of a Kafka topic', topic === undefined ? fields : topic);
  }
  const overflow = overflowOf(fields, refuse);
  const record: RecordToAdd = {
    offset: wholeNumber(fields, 'offset', 0, Number.MAX_SAFE_INTEGER, refuse),
    timestamp:
      fields['timestamp'] === undefined || fields['timestamp'] === null
        ? NO_TIMESTAMP
        : wholeNumber(fields, 'timestamp', NO_TIMESTAMP, Number.MAX_SAFE_INTEGER, refuse),
    key: contentOf(fields, 'key', refuse),
    // What an overflowed element may show as its value is not the record's value. Source: the managed service's own sample.
    value: overflow === undefined ? contentOf(fields, 'value', refuse) : null,
    headers: headersOf(fields['headers'], refuse),
    overflow,
  };
  const partition = wholeNumber(fields, 'partition', 0, MAX_PARTITION, refuse);
  return { topic, partition, timestampType: timestampTypeOf(fields['timestampType'], refuse), record };
}

function wholeNumber(fields: Fields, name: string, min: number, max: number, refuse: Refuse): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw refuse(`"${name}" is not a whole number from ${min} to ${max}`, value === undefined ? fields : value);
}

function timestampTypeOf(type: unknown, refuse: Refuse): TimestampType {
  if (type === undefined || type === 'CreateTime') return 'CreateTime';
  if (type === 'LogAppendTime') return type;
  throw refuse('"timestampType" is neither "CreateTime" nor "LogAppendTime"', type);
}

function overflowOf(fields: Fields, refuse: Refuse): Overflow | undefined {
  const { overflowFlag, valueRef } = fields;
  if (overflowFlag !== undefined && typeof overflowFlag !== 'boolean') {
    throw refuse('"overflowFlag" is neither true nor false', overflowFlag);
  }
  if (overflowFlag !== true) {
    if (valueRef === undefined) return undefined;
    throw refuse('"valueRef" is there, but "overflowFlag" is not true', valueRef);
  }
  const valueSize = wholeNumber(fields, 'valueSize', 0, Number.MAX_SAFE_INTEGER, refuse);
  if (valueRef === undefined) return { valueSize };
  if (typeof valueRef !== 'string' || valueRef === '') throw refuse('"valueRef" is not a text', valueRef);
  return { valueSize, valueRef };
}

/** The bytes of field `name` (`key` or `value`), by its `…Encoding` field. */
function contentOf(fields: Fields, name: 'key' | 'value', refuse: Refuse): Buffer | null {
  const content = fields[name];
  const encoding = fields[`${name}Encoding`];
  if (encoding !== undefined && encoding !== 'base64') throw refuse(`"${name}Encoding" is not "base64"`, encoding);
  if (content === undefined || content === null) return null;
  if (encoding === 'base64') return fromBase64(content, name, refuse);
  if (typeof content === 'string') return fromText(content, name, refuse);
  if (name === 'value' && typeof content === 'object') return fromText(JSON.stringify(content), name, refuse);
  throw refuse(`"${name}" is not a string${name === 'value' ? ', an object or an array' : ''}`, content);
}

function fromText(text: string, name: string, refuse: Refuse): Buffer {
  // UTF-8 has no bytes for it: encoding would put U+FFFD in its place without a word.
  if (LONE_SURROGATE.test(text)) throw refuse(`"${name}" has half a surrogate pair, which is no text`, text);
  return Buffer.from(text);
}

function fromBase64(text: unknown, name: string, refuse: Refuse): Buffer {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;
  // The decoder skips what it does not know, so only the way back tells.
  if (bytes === undefined || bytes.toString('base64') !== text) throw refuse(`"${name}" is not base64`, text);
  return bytes;
}

/** Headers are a list, or the list in the trigger's wrapper: `{"headers":[],"isReadOnly":false}`. */
function headersOf(headers: unknown, refuse: Refuse): RecordHeader[] {
  if (headers === undefined || headers === null) return [];
  const list = !Array.isArray(headers) && isFields(headers) ? headers['headers'] : headers;
  if (!Array.isArray(list)) throw refuse('"headers" is neither a list nor {"headers":[…]}', headers);
  return list.map((header: unknown) => {
    if (!isFields(header) || typeof header['key'] !== 'string') {
      throw refuse('a header is not {"key","value"} with a string key', header);
    }
    const { key, value, valueEncoding } = header;
    return { key, value: contentOf({ value: headerValue(value, refuse), valueEncoding }, 'value', refuse) };
  });
}

function headerValue(value: unknown, refuse: Refuse): unknown {
  if (value === undefined || value === null || typeof value === 'string') return value;
  throw refuse('the value of a header is not a string', value);
}

/** Whether `value` is a JSON object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
