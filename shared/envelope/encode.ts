/** The envelope: what a function receives. A JSON array, UTF-8, one element a record, compact, fields in this order:
 *
 * `{"key":"123","offset":4,"overflowFlag":false,"partition":0,"timestamp":1603779578478,"topic":"Test","value":"1","valueSize":1}`
 *
 * `key` and `value` are absent when null. After them, only where asked for or needed: `keyEncoding` and `valueEncoding`
 * (`"base64"`), `headers` (see `headers-json.ts`), `timestampType`, `valueRef`. Sizes are counted by the same rules
 * (`element-size.ts`), so a limit that was kept while a batch grew is kept by the request. Source of the first eight fields: the
 * managed FC sink connector, https://www.alibabacloud.com/help/en/apsaramq-for-kafka (Create FC sink connectors). */

import type { RecordBatch } from '../records.ts';
import type { ContentEncoding, ElementForm, ElementMember } from './element-template.ts';
import type { Buffers } from './output-buffer.ts';
import { arrayOfElements } from './write-elements.ts';

/** How records become elements. One for all records of a connector. */
export interface EnvelopeOptions {
  /** `string`: the bytes are UTF-8 and become a JSON string; `bytes`: base64, and the field `keyEncoding` says so. */
  readonly keyEncoding: ContentEncoding;
  readonly valueEncoding: ContentEncoding;
  /** Adds `headers` to every element. */
  readonly headers: boolean;
  /** Adds `timestampType` to every element. */
  readonly timestampType: boolean;
}

/** The default: the managed service's eight fields and nothing else. */
export const PLAIN_ENVELOPE: EnvelopeOptions = {
  keyEncoding: 'string',
  valueEncoding: 'string',
  headers: false,
  timestampType: false,
};

/** Bytes an envelope takes beyond its elements: the brackets. */
export const ENVELOPE_OVERHEAD_BYTES = 2;

const COMMA = Buffer.from(',');

/** One object for each combination of options: templates are kept by form. */
const forms = new Map<string, ElementForm>();

function formOf({ keyEncoding, valueEncoding, headers, timestampType }: EnvelopeOptions): ElementForm {
  const name = `${keyEncoding} ${valueEncoding} ${headers} ${timestampType}`;
  let form = forms.get(name);
  if (form === undefined) {
    const members: ElementMember[] = ['key', 'offset', 'overflowFlag', 'partition', 'timestamp', 'topic', 'value'];
    members.push('valueSize', 'keyEncoding', 'valueEncoding');
    if (headers) members.push('headers');
    if (timestampType) members.push('timestampType');
    members.push('valueRef');
    form = { members, keyEncoding, valueEncoding, end: COMMA };
    forms.set(name, form);
  }
  return form;
}

/** The envelope of a batch, in one buffer: of `buffers`, to be given back, or else its own. Bytes that should be text and are not, which the
 *  converters keep out before, become base64 as if that had been asked for. */
export function encodeEnvelope(batch: RecordBatch, options: EnvelopeOptions, buffers?: Buffers): Buffer {
  return arrayOfElements(formOf(options), batch.segments, buffers);
}
