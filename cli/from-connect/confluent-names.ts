/** Object names and rotation of Confluent's S3 sink, told by `oss.object.key.template` and `linger.ms`. */

import type { Draft } from './table.ts';
import { timePath } from './time-path.ts';

/** What the default of `oss.output.fields` has, and the headers. */
const FIELDS_WITH_HEADERS = 'key,offset,overflowFlag,partition,timestamp,topic,value,valueSize,headers';
const DAILY = "'year'=YYYY/'month'=MM/'day'=dd";
const HOURLY = `${DAILY}/'hour'=HH`;

/** Reads `partitioner.class` and its companions, `rotate.*`, `store.kafka.headers`. */
export function confluentObjectNames(draft: Draft): void {
  draft.set('oss.object.key.template', template(draft));
  rotation(draft);
  if (draft.given('store.kafka.headers')?.toLowerCase() === 'true') {
    if (draft.given('format.class')?.includes('ByteArrayFormat') === true) {
      draft.missing('store.kafka.headers', 'oss.format=raw writes values only; oss.format=jsonl has room for headers');
    } else {
      draft.set('oss.output.fields', FIELDS_WITH_HEADERS);
      draft.changed('store.kafka.headers', 'headers are a field of each record, not files of their own');
    }
  }
}

function template(draft: Draft): string {
  const delim = draft.given('file.delim') ?? '+';
  const directory = draft.given('directory.delim');
  if (directory !== undefined && directory !== '/') {
    draft.changed('directory.delim', 'is always / here');
  }
  const file = `{topic}${delim}{partition}${delim}{offset}`;
  const whole = `{topic}/partition={partition}/${file}`;
  const path = pathFormat(draft);
  if (path === undefined) return whole;
  const time = timePath(path);
  if (time === undefined) {
    draft.missing(
      'path.format',
      'only year (yyyy), month (MM), day (dd), hour (HH), minute (mm), second (ss) and quoted text can be told; names carry no time now: correct oss.object.key.template',
    );
    return whole;
  }
  timestampExtractor(draft);
  if (draft.has('partition.duration.ms')) {
    draft.changed('partition.duration.ms', 'an object holds the records of one path, so path.format alone decides');
  }
  return `{topic}/${time}/${file}`;
}

/** `undefined`: names do not depend on time. */
function pathFormat(draft: Draft): string | undefined {
  const partitioner = draft.given('partitioner.class')?.split('.').at(-1) ?? 'DefaultPartitioner';
  switch (partitioner) {
    case 'DefaultPartitioner':
      return undefined;
    case 'TimeBasedPartitioner':
      return draft.given('path.format') ?? HOURLY;
    case 'DailyPartitioner':
      return DAILY;
    case 'HourlyPartitioner':
      return HOURLY;
    default:
      draft.missing(
        'partitioner.class',
        `${partitioner} has no counterpart: names follow from topic, partition, offset, record time and key, and never from a field of the value; see oss.object.key.template`,
      );
      return undefined;
  }
}

function timestampExtractor(draft: Draft): void {
  const extractor = draft.given('timestamp.extractor') ?? 'Wallclock';
  if (extractor === 'Record') return;
  if (extractor.startsWith('RecordField')) {
    draft.missing('timestamp.extractor', 'a time inside the value is not read; names carry the record time of Kafka');
  } else {
    draft.changed(
      'timestamp.extractor',
      'Wallclock (also its default) put the time of writing into names; here it is the record time, so that a replay gives the same names',
    );
  }
}

function rotation(draft: Draft): void {
  const interval = positive(draft.given('rotate.interval.ms'));
  const schedule = positive(draft.given('rotate.schedule.interval.ms'));
  if (interval === undefined && schedule === undefined) {
    draft.changed(
      'rotate.interval.ms',
      'is not set: an object waited for flush.size, however long; here linger.ms (60000 by default) closes it, too: raise it for larger objects',
    );
    return;
  }
  if (interval !== undefined) {
    draft.set('oss.rotate.interval.ms', String(interval));
    draft.changed(
      'rotate.interval.ms',
      'counts from midnight and not from the first record; late records join the open object of their own interval, and linger.ms closes it also when no record follows',
    );
  }
  if (schedule !== undefined) draft.set('oss.rotate.schedule.interval.ms', String(schedule));
  // Age closes an object, too, and must not do so before.
  draft.set('linger.ms', String(schedule ?? interval));
}

function positive(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) && Number(value) > 0 ? Number(value) : undefined;
}
