/** Keys that say which document a record becomes, and where. */
import { defineKey } from '../../../shared/config/define-key.ts';
import { Refusal } from '../../../shared/config/schemas.ts';
import { jsonPointer, POINTER_EXPECTED } from '../../../shared/json-pointer.ts';
import { timeZoneProblem } from '../../../shared/time-pattern.ts';
import { ID_STRATEGIES } from '../document-id.ts';
import { TARGET_TYPES } from '../index-name.ts';
import { TEMPLATE_EXPECTED, templateComplaint } from '../template/template-parts.ts';
import { VERSION_EXPECTED, versionSource } from '../version.ts';

const INDEX = { group: 'Elasticsearch index' } as const;
const WRITES = { group: 'Elasticsearch writes' } as const;

const TEMPLATE = { expected: TEMPLATE_EXPECTED, check: templateComplaint } as const;

export const WRITE_MODES = ['index', 'create', 'upsert', 'update', 'delete'] as const;
export type WriteMode = (typeof WRITE_MODES)[number];

export const INDEX_CREATIONS = ['server', 'sink', 'never'] as const;

const JSON_OBJECT_EXPECTED = 'a JSON object';

/** Text of a JSON object, kept as it is. */
function readJsonObject(text: string): string | Refusal {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? text
      : new Refusal(JSON_OBJECT_EXPECTED);
  } catch {
    return new Refusal(JSON_OBJECT_EXPECTED);
  }
}

export const writeKeys = {
  'elasticsearch.index': defineKey.string({
    ...INDEX,
    ...TEMPLATE,
    importance: 'HIGH',
    displayName: 'Index',
    required: true,
    doc: 'Index, alias or data stream that documents go to; a template, for example `{topic}` or `logs-{timestamp:yyyy.MM.dd}`. A record that gives no valid name is errant.',
  }),
  'elasticsearch.target.type': defineKey.enum(TARGET_TYPES, {
    ...INDEX,
    importance: 'MEDIUM',
    displayName: 'Kind of target',
    default: 'index',
    doc: 'What `elasticsearch.index` names. `index`: an index, or an alias with one write index. `alias`: an alias only, so that no index of its name comes to be where it is missing. `data-stream`: a data stream; it takes `create` only, and every document has an `@timestamp`.',
  }),
  'elasticsearch.index.create': defineKey.enum(INDEX_CREATIONS, {
    ...INDEX,
    importance: 'MEDIUM',
    displayName: 'Missing index',
    default: 'server',
    doc: 'What becomes of a missing index. `server`: the server creates it with the first document, if its settings allow it. `sink`: we do, with `elasticsearch.index.settings` and `elasticsearch.index.mappings`. `never`: nobody does, and the connector does not start without it.',
  }),
  'elasticsearch.index.settings': defineKey.parsed(readJsonObject, {
    ...INDEX,
    importance: 'LOW',
    displayName: 'Settings of a new index',
    expected: JSON_OBJECT_EXPECTED,
    doc: 'With `elasticsearch.index.create=sink`: settings of the index, as JSON, for example `{"number_of_shards":3,"gc_deletes":"1d"}`.',
  }),
  'elasticsearch.index.mappings': defineKey.parsed(readJsonObject, {
    ...INDEX,
    importance: 'LOW',
    displayName: 'Mappings of a new index',
    expected: JSON_OBJECT_EXPECTED,
    doc: 'With `elasticsearch.index.create=sink`: its mappings, as JSON, for example `{"properties":{"id":{"type":"keyword"}}}`.',
  }),
  'elasticsearch.time.zone': defineKey.string({
    ...INDEX,
    importance: 'LOW',
    displayName: 'Time zone',
    default: 'UTC',
    expected: 'an IANA time zone',
    check: timeZoneProblem,
    doc: 'Time zone of `{timestamp:...}` in all templates.',
  }),
  'elasticsearch.write.mode': defineKey.enum(WRITE_MODES, {
    ...WRITES,
    importance: 'HIGH',
    displayName: 'Write mode',
    derived: {
      text: '`index`; `create` for a data stream',
      reads: ['elasticsearch.target.type'],
      value: (config) => (config['elasticsearch.target.type'] === 'data-stream' ? 'create' : 'index'),
    },
    doc: '`index`: the document is written, or replaced whole. `create`: written only where there is none of its id. `upsert`: its fields are merged into the one that is there, or it becomes that. `update`: merged, and errant where there is none. `delete`: the document of that id is deleted, whatever the value.',
  }),
  'elasticsearch.id.strategy': defineKey.enum(ID_STRATEGIES, {
    ...WRITES,
    importance: 'HIGH',
    displayName: 'Ids',
    default: 'offset',
    doc: 'Where the id of a document comes from. `offset`: topic+partition+offset, so each record is one document. `record-key`: the key, so the last record of a key is the document. `field`: `elasticsearch.id.field`. `template`: `elasticsearch.id.template`. `server`: the server makes one, and a replay makes a second document.',
  }),
  'elasticsearch.id.field': defineKey.string({
    ...WRITES,
    importance: 'MEDIUM',
    displayName: 'Field of the id',
    expected: POINTER_EXPECTED,
    check: (text) => (jsonPointer(text) === undefined ? POINTER_EXPECTED : undefined),
    doc: 'With `elasticsearch.id.strategy=field`: JSON Pointer to the text, number, true or false in the value that is the id.',
  }),
  'elasticsearch.id.template': defineKey.string({
    ...WRITES,
    ...TEMPLATE,
    importance: 'MEDIUM',
    displayName: 'Template of the id',
    doc: 'With `elasticsearch.id.strategy=template`: the id, for example `{header:tenant}/{value:/order/id}`. Two records that give the same text are one document.',
  }),
  'elasticsearch.version': defineKey.string({
    ...WRITES,
    importance: 'MEDIUM',
    displayName: 'Version',
    default: 'none',
    expected: VERSION_EXPECTED,
    check: (text) => (versionSource(text) === undefined ? VERSION_EXPECTED : undefined),
    doc: 'External version of a document (whole number from 0): one with an older version changes nothing and counts as written. `record-timestamp`, `header:NAME`, `field:/POINTER` (in the value), or `offset`, for one topic whose partitions stay as many as they are. Only for the write modes `index` and `delete`.',
  }),
  'elasticsearch.version.partitions': defineKey.int({
    ...WRITES,
    importance: 'LOW',
    displayName: 'Partitions of versioned topic',
    min: 1,
    doc: 'With `elasticsearch.version=offset`: how many partitions the topic has and keeps. The connector does not run with another number.',
  }),
  'elasticsearch.routing': defineKey.string({
    ...WRITES,
    ...TEMPLATE,
    importance: 'MEDIUM',
    displayName: 'Routing',
    doc: 'Text that the shard follows from, a template. Without it the id says. Documents of one id and two routings are two documents. Not for data streams.',
  }),
  'elasticsearch.pipeline': defineKey.string({
    ...WRITES,
    ...TEMPLATE,
    importance: 'MEDIUM',
    displayName: 'Ingest pipeline',
    doc: 'Pipeline that the server runs for each document, a template. Only for the write modes `index` and `create`.',
  }),
};
