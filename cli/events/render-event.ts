/** Records as an event of Function Compute, in each of the forms that a sink function takes. */
import { batchOf } from '../../shared/envelope/block-builder.ts';
import { encodeEnvelope, PLAIN_ENVELOPE } from '../../shared/envelope/encode.ts';
import type { EventForm } from '../../shared/envelope/normalise.ts';
import { type RecordBlock, recordAt, type SinkRecord } from '../../shared/records.ts';

/** The forms in the order of the help text. */
export const EVENT_FORMS = ['envelope', 'cloudevents', 'cloudevents-strings', 'raw'] as const satisfies EventForm[];

/** The event as JSON: one line an element, so that a person can read it and a program does not mind.
 *  Keys and values must be text. */
export function renderEvent(block: RecordBlock, form: EventForm): string {
  const elements = Array.from({ length: block.count }, (_, index) => elementOf(block, index, form));
  return `[\n${elements.join(',\n')}\n]\n`;
}

function elementOf(block: RecordBlock, index: number, form: EventForm): string {
  const data = dataOf(recordAt(block, index));
  switch (form) {
    case 'envelope':
      // The very bytes of a run, without the brackets.
      return encodeEnvelope(batchOf(block, index, index + 1), PLAIN_ENVELOPE)
        .toString('utf8', 1)
        .slice(0, -1);
    case 'cloudevents':
      return JSON.stringify(cloudEvent(data));
    case 'cloudevents-strings':
      return JSON.stringify(JSON.stringify(cloudEvent(data)));
    case 'raw':
      return JSON.stringify(data);
    default:
      return form satisfies never;
  }
}

/** The `data` of a native Kafka trigger. Key and value are absent when null.
 *  Source: https://www.alibabacloud.com/help/en/functioncompute (Kafka trigger, event formats). */
function dataOf({ topic, partition, offset, timestamp, key, value }: SinkRecord) {
  return {
    topic,
    partition,
    offset,
    timestamp,
    headers: { headers: [], isReadOnly: false },
    ...(key === null ? {} : { key: key.toString('utf8') }),
    ...(value === null ? {} : { value: value.toString('utf8') }),
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
