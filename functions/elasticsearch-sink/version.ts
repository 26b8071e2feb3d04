/** Versions of documents: an older one never replaces a newer one. The server has them for `index` and `delete` only. */

import { type JsonPointer, jsonPointer } from '../../shared/json-pointer.ts';
import { offsetAt } from '../../shared/records.ts';
import { headerText } from './template/record-template.ts';
import { recordError, type TemplateRecord, textAtPointer } from './template/template-record.ts';

/** Where the version of a record comes from. */
export type VersionSource =
  | { readonly kind: 'none' | 'record-timestamp' | 'offset' }
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'field'; readonly pointer: JsonPointer };

export const VERSION_EXPECTED = 'none, record-timestamp, header:NAME, field:/POINTER or offset';

/** Source from the text of `elasticsearch.version`, `undefined` when it is none. */
export function versionSource(text: string): VersionSource | undefined {
  if (text === 'none' || text === 'record-timestamp' || text === 'offset') return { kind: text };
  const [, kind, rest = ''] = /^(header|field):(.+)$/s.exec(text) ?? [];
  if (kind === 'header') return { kind, name: rest };
  const pointer = kind === 'field' ? jsonPointer(rest) : undefined;
  return pointer === undefined ? undefined : { kind: 'field', pointer };
}

export type VersionType = 'external' | 'external_gte';

/** How the server compares. Offsets never repeat, so an equal one is a replay. Times and numbers of the user's own do: of two records with
 *  equal ones the later must win. */
export function versionType({ kind }: VersionSource): VersionType {
  return kind === 'offset' ? 'external' : 'external_gte';
}

/** Most that the server holds: 2^63-1. Kept as text, since JavaScript's numbers end before. */
const MAX_VERSION = '9223372036854775807';

/** Version of a record in decimal digits, 0 to 2^63-1; `undefined` under `none`.
 *  @throws RecordError `ELASTICSEARCH_BAD_VERSION`, `VALUE_NOT_JSON` */
export function versionOf(record: TemplateRecord, source: VersionSource): string | undefined {
  if (source.kind === 'none') return undefined;
  const digits = decimal(textFrom(record, source));
  if (digits !== undefined) return digits;
  const message = `elasticsearch.version=${sourceText(source)}: the record has none that is a whole number from 0 to ${MAX_VERSION}`;
  throw recordError('ELASTICSEARCH_BAD_VERSION', message, record);
}

function textFrom(record: TemplateRecord, source: VersionSource): string | undefined {
  const { block, index } = record;
  switch (source.kind) {
    case 'none':
      return undefined;
    case 'record-timestamp':
      return String(block.timestamps[index]);
    case 'offset':
      return String(offsetAt(block, index));
    case 'header':
      return headerText(block.headersOf(index), source.name);
    case 'field':
      return textAtPointer(record, source.pointer);
    default:
      return source satisfies never;
  }
}

function sourceText(source: VersionSource): string {
  if (source.kind === 'header') return `header:${source.name}`;
  return source.kind === 'field' ? `field:${source.pointer.text}` : source.kind;
}

function decimal(text: string | undefined): string | undefined {
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  const digits = text.replace(/^0+(?=\d)/, '');
  const isSmaller = digits.length < MAX_VERSION.length;
  return isSmaller || (digits.length === MAX_VERSION.length && digits <= MAX_VERSION) ? digits : undefined;
}

/** Why offsets are no versions with a topic of `partitions` partitions, where `expected` were configured; `undefined` when they are. To be
 *  asked at the start: with another count a key may lie in another partition, where offsets begin anew. */
export function offsetVersionProblem(expected: number | undefined, partitions: number): string | undefined {
  if (partitions === expected) return undefined;
  return (
    `the topic has ${partitions} partitions, and elasticsearch.version.partitions is ${expected}: with another number of them records of ` +
    'one key lie in other partitions, where offsets do not compare; use another elasticsearch.version'
  );
}
