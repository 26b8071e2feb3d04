/** Object names and contents of Aiven's S3 sink, told by `oss.object.key.template`, `oss.format` and `oss.output.fields`. */
import type { Draft } from './table.ts';

const PLACEHOLDER = /\{\{\s*([a-z_]+)\s*(?::\s*([a-z]+)\s*=\s*([a-zA-Z]+)\s*)?\}\}/g;
const EXTENSION = /(\.(gz|zst|snappy|csv|jsonl?|parquet))+$/;
const UNITS: Readonly<Record<string, string>> = { yyyy: 'yyyy', YYYY: 'yyyy', MM: 'MM', dd: 'dd', HH: 'HH' };
const KNOWN_FIELDS = new Set(['key', 'value', 'offset', 'timestamp', 'headers']);

/** Reads `file.*`, the prefixes, `format.output.*` and their older spellings. */
export function aivenObjects(draft: Draft): void {
  names(draft);
  contents(draft);
  const records = draft.given('file.max.records') ?? '0';
  if (/^[1-9]\d*$/.test(records)) draft.set('batch.size', records);
  else {
    draft.changed(
      'file.max.records',
      'is not set: an object held all records of a flush interval; here batch.size (10000), batch.bytes and linger.ms (60000) close it',
    );
  }
}

function names(draft: Draft): void {
  const prefix = draft.given('file.name.prefix') ?? draft.given('aws.s3.prefix') ?? draft.given('aws_s3_prefix') ?? '';
  const given = `${prefix}${draft.given('file.name.template') ?? ''}`;
  const problems: string[] = [];
  const template = given
    .replace(EXTENSION, '')
    .replace(PLACEHOLDER, (text, name: string, option?: string, value?: string) => {
      if (name === 'topic' || name === 'partition' || name === 'key') return `{${name}}`;
      if (name === 'start_offset') return '{offset}';
      const unit = name === 'timestamp' && option === 'unit' ? UNITS[value ?? ''] : undefined;
      if (unit === undefined) problems.push(text);
      return `{timestamp:${unit}}`;
    });
  const complete = ['{topic}', '{partition}', '{offset}'].every((part) => template.includes(part));
  if (problems.length > 0 || !complete) {
    const why =
      problems.length > 0 ? `${problems.join(', ')} cannot be told` : 'a name needs topic, partition and offset';
    draft.missing(
      'file.name.template',
      `${why}; an object is never replaced by a later one, so there is no grouping by key alone that keeps the latest. The default of oss.object.key.template is used`,
    );
    return;
  }
  draft.set('oss.object.key.template', template);
  draft.changed(
    'file.name.template',
    'offsets always have 20 digits, partitions no padding, and the extension is added',
  );
  const source = draft.given('file.name.timestamp.source') ?? draft.given('timestamp.source') ?? 'wallclock';
  if (template.includes('{timestamp:') && source.toLowerCase() !== 'event') {
    draft.changed(
      'timestamp.source',
      'names carry the record time, not that of writing, so that a replay gives the same names',
    );
  }
}

function contents(draft: Draft): void {
  const type = draft.given('format.output.type')?.toLowerCase() ?? 'csv';
  const wanted = (draft.given('output_fields') ?? draft.given('format.output.fields') ?? 'value').split(',');
  const fields = wanted.map((field) => field.trim().toLowerCase()).filter((field) => KNOWN_FIELDS.has(field));
  const bare = draft.given('format.output.envelope')?.toLowerCase() === 'false' && fields.join() === 'value';
  switch (type) {
    case 'csv':
      draft.set('oss.format', 'csv');
      draft.set('oss.csv.header', 'false');
      draft.changed(
        'format.output.type',
        'csv is that of RFC 4180: text in quotes where needed, a time in epoch milliseconds',
      );
      if (draft.given('format.output.fields.value.encoding')?.toLowerCase() !== 'none') {
        draft.changed(
          'format.output.fields.value.encoding',
          'base64 (also its default) is not written in csv: key and value are text',
        );
      }
      break;
    case 'json':
    case 'jsonl':
      if (bare && type === 'jsonl') {
        draft.set('oss.format', 'raw');
        draft.changed(
          'format.output.envelope',
          'false is told by oss.format=raw: the values as Kafka holds them, a line each',
        );
        return;
      }
      draft.set('oss.format', type === 'json' ? 'envelope' : 'jsonl');
      draft.changed(
        'format.output.type',
        'a value is a string of its text, also where that is JSON; a time is in epoch milliseconds',
      );
      if (bare)
        draft.missing(
          'format.output.envelope',
          'a JSON array of bare values is not written; oss.format=raw writes them a line each',
        );
      break;
    default:
      draft.missing('format.output.type', `${type} is not written; formats are envelope, jsonl, csv and raw`);
      return;
  }
  draft.set('oss.output.fields', fields.length === 0 ? 'value' : fields.join(','));
}
