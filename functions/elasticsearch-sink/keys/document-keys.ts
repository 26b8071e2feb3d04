/** Keys that say what a document holds. */
import { defineKey } from '../../../shared/config/define-key.ts';
import { jsonPointer, POINTER_EXPECTED } from '../../../shared/json-pointer.ts';
import { dataStreamTime, TIME_EXPECTED } from '../data-stream-time.ts';

const DOCUMENTS = { group: 'Elasticsearch documents' } as const;

const MIB = 1024 * 1024;

/** What `elasticsearch.include.metadata` may list, in the order of the document. */
export const METADATA_FIELDS = ['topic', 'partition', 'offset', 'timestamp', 'key', 'headers'] as const;
export type MetadataField = (typeof METADATA_FIELDS)[number];

const METADATA_EXPECTED = `fields among ${METADATA_FIELDS.join(', ')}`;
const NAME_EXPECTED = 'the name of a field, without dots';

/** Names that the server keeps for itself, or reads as a path, are refused. */
function fieldNameComplaint(text: string): string | undefined {
  return /^[^._\s][^.\s]*$/.test(text) ? undefined : `${NAME_EXPECTED} and spaces, and with no _ at its beginning`;
}

function isMetadataField(text: string): text is MetadataField {
  return METADATA_FIELDS.some((field) => field === text);
}

export const documentKeys = {
  'elasticsearch.drop.fields': defineKey.list({
    ...DOCUMENTS,
    importance: 'MEDIUM',
    displayName: 'Dropped fields',
    expected: 'JSON Pointers such as /customer/password',
    check: (text) => (jsonPointer(text) === undefined ? POINTER_EXPECTED : undefined),
    doc: 'Fields that are left out of documents, as JSON Pointers. Ids, templates and versions may use them all the same.',
  }),
  'elasticsearch.include.metadata': defineKey.list({
    ...DOCUMENTS,
    importance: 'MEDIUM',
    displayName: 'Metadata',
    expected: METADATA_EXPECTED,
    check: (text) => (isMetadataField(text) ? undefined : METADATA_EXPECTED),
    doc: 'What of the record the document says beside its value: `topic`, `partition`, `offset`, `timestamp` (epoch milliseconds), `key`, `headers`. Default: nothing.',
  }),
  'elasticsearch.metadata.field': defineKey.string({
    ...DOCUMENTS,
    importance: 'LOW',
    displayName: 'Field of the metadata',
    default: 'kafka',
    expected: NAME_EXPECTED,
    check: fieldNameComplaint,
    doc: 'Field of the document that holds the metadata, as an object. A field of that name in the value is replaced.',
  }),
  'elasticsearch.wrap.field': defineKey.string({
    ...DOCUMENTS,
    importance: 'LOW',
    displayName: 'Field of values that are no objects',
    default: 'value',
    expected: NAME_EXPECTED,
    check: fieldNameComplaint,
    doc: 'A value that is JSON and no object (a text, a number, a list, true, false, null) becomes an object with this one field.',
  }),
  'elasticsearch.data.stream.timestamp': defineKey.string({
    ...DOCUMENTS,
    importance: 'MEDIUM',
    displayName: 'Time in a data stream',
    expected: TIME_EXPECTED,
    check: (text) => (dataStreamTime(text) === undefined ? TIME_EXPECTED : undefined),
    doc: 'What `@timestamp` is in a data stream: `record-timestamp`, in place of one that the value has, or `field:/POINTER`, a field of the value; `field:/@timestamp` leaves the value’s own as it is. Default: `record-timestamp`.',
  }),
  'elasticsearch.document.max.bytes': defineKey.int({
    ...DOCUMENTS,
    importance: 'LOW',
    displayName: 'Largest document',
    min: 1,
    unit: 'bytes',
    default: 32 * MIB,
    doc: 'A document that is larger is errant. Keep it below what the server takes in one request: `http.max_content_length`, and a tenth of its heap.',
  }),
  'elasticsearch.document.max.depth': defineKey.int({
    ...DOCUMENTS,
    importance: 'LOW',
    displayName: 'Deepest document',
    min: 1,
    max: 1_000,
    default: 100,
    doc: 'A document with more objects and lists within each other is errant. The server has limits of its own: 20 levels of mapped fields by default.',
  }),
};
