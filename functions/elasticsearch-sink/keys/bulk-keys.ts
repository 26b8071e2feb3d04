/** Keys that bound requests. */
import { defineKey } from '../../../shared/config/define-key.ts';

const BULK = { group: 'Elasticsearch requests' } as const;

const MIB = 1024 * 1024;

export const bulkKeys = {
  'elasticsearch.bulk.size': defineKey.int({
    ...BULK,
    importance: 'MEDIUM',
    displayName: 'Records a request',
    min: 1,
    unit: 'records',
    default: 1_000,
    doc: 'Records that one bulk request carries at most. A batch (`batch.size`) with more becomes several.',
  }),
  'elasticsearch.bulk.bytes': defineKey.int({
    ...BULK,
    importance: 'MEDIUM',
    displayName: 'Bytes a request',
    min: 1,
    unit: 'bytes',
    default: 5 * MIB,
    doc: 'Bytes of one bulk request at most, before compression; a document that is larger travels alone. Keep it below `http.max_content_length` of the server, which counts what gzip unpacks to, and well below a tenth of its heap.',
  }),
  'elasticsearch.max.in.flight.requests': defineKey.int({
    ...BULK,
    importance: 'MEDIUM',
    displayName: 'Requests in flight',
    min: 1,
    unit: 'requests',
    default: 5,
    doc: 'Bulk requests of this connector that are under way at once, in one process, or in each thread where `worker.threads` spreads its tasks over several. Of what a task sends, records of one id are never in two of them.',
  }),
};
