/** Records as an event of Function Compute, in each of the forms and shapes that a sink function takes. */
import { batchOf } from '../envelope/block-builder.ts';
import { encodeEnvelope, PLAIN_ENVELOPE } from '../envelope/encode.ts';
import { headersToJson } from '../envelope/headers-json.ts';
import type { EventForm } from '../envelope/normalise.ts';
import { type RecordBlock, recordAt, type SinkRecord } from '../records.ts';

/** The forms in the order of the help text. */
export const EVENT_FORMS = ['envelope', 'cloudevents', 'cloudevents-strings', 'raw'] as const satisfies EventForm[];

/** What triggers are known, or said, to do differently with one record. An envelope has but one way, and headers where there are some. */
export interface ElementShape {
  /** The bare list, or the list in a wrapper (default). */
  readonly headers?: 'list' | 'wrapper';
  /** A value of JSON as the text it is (default), or as data. */
  readonly value?: 'text' | 'data';
}

export interface EventShape {
  /** Of record `index`. */
  readonly element?: (index: number) => ElementShape;
  /** One element alone, where there is one record only, instead of an array. */
  readonly bare?: boolean;
}

const AS_DOCUMENTED: ElementShape = {};

/** The event as JSON: one line an element, so that a person can read it and a program does not mind.
 *  Keys and values must be text. */
export function renderEvent(block: RecordBlock, form: EventForm, shape: EventShape = {}): string {
  const { element = () => AS_DOCUMENTED, bare = false } = shape;
  const elements = Array.from({ length: block.count }, (_, index) => elementOf(block, index, form, element(index)));
  const [only] = elements;
  if (bare && elements.length === 1 && only !== undefined) return `${only}\n`;
  return `[\n${elements.join(',\n')}\n]\n`;
}

function elementOf(block: RecordBlock, index: number, form: EventForm, shape: ElementShape): string {
  const record = recordAt(block, index);
  switch (form) {
    case 'envelope':
      // The very bytes of a run, without the brackets.
      return encodeEnvelope(batchOf(block, index, index + 1), {
        ...PLAIN_ENVELOPE,
        headers: record.headers.length > 0,
      })
        .toString('utf8', 1)
        .slice(0, -1);
    case 'cloudevents':
      return JSON.stringify(cloudEvent(dataOf(record, shape)));
    case 'cloudevents-strings':
      return JSON.stringify(JSON.stringify(cloudEvent(dataOf(record, shape))));
    case 'raw':
      return JSON.stringify(dataOf(record, shape));
    default:
      return form satisfies never;
  }
}

/** The `data` of a native Kafka trigger. Key and value are absent when null.
 *  Source: https://www.alibabacloud.com/help/en/functioncompute (Kafka trigger, event formats). */
function dataOf(record: SinkRecord, { headers = 'wrapper', value: valueAs = 'text' }: ElementShape) {
  const { topic, partition, offset, timestamp, key, value } = record;
  const list = JSON.parse(headersToJson(record.headers)) as unknown[];
  const text = value?.toString('utf8');
  return {
    topic,
    partition,
    offset,
    timestamp,
    headers: headers === 'list' ? list : { headers: list, isReadOnly: false },
    ...(key === null ? {} : { key: key.toString('utf8') }),
    ...(text === undefined ? {} : { value: valueAs === 'data' ? (JSON.parse(text) as unknown) : text }),
  };
}

function cloudEvent(data: ReturnType<typeof dataOf>) {
  const { topic, partition, offset, timestamp } = data;
  return {
    specversion: '1.0',
    id: `${topic}-${partition}-${offset}`,
    source: 'acs:alikafka',
    type: 'alikafka:Topic:Message',
    subject: `acs:alikafka:alikafka_pre-cn-example:topic:${topic}`,
    datacontenttype: 'application/json; charset=utf-8',
    time: new Date(timestamp).toISOString(),
    aliyunaccountid: '123456789',
    data,
  };
}
