/** Records as JSON elements: the envelope's array, or one element a line. A key or value that is not UTF-8 becomes base64, and the element's
 *  `keyEncoding` or `valueEncoding` says so; which of the two depends on its bytes alone. */

import { bodyBuffers } from '../../../shared/body-buffers.ts';
import type { ElementForm, ElementMember } from '../../../shared/envelope/element-template.ts';
import { arrayOfElements, elementsOf } from '../../../shared/envelope/write-elements.ts';
import { DEFAULT_FIELDS, type OutputField } from '../fields.ts';
import type { Records } from '../segments.ts';

function formOf(fields: readonly OutputField[], end: string): ElementForm {
  const members: ElementMember[] = [...fields];
  if (fields.includes('key')) members.push('keyEncoding');
  if (fields.includes('value')) members.push('valueEncoding');
  return { members, keyEncoding: 'string', valueEncoding: 'string', end: Buffer.from(end) };
}

/** Makes JSON arrays of records. With the default fields the elements are byte for byte those of `encodeEnvelope`. */
export function envelopeBody(fields: readonly OutputField[] = DEFAULT_FIELDS): (records: Records) => Buffer {
  const form = formOf(fields, ',');
  return (records) => arrayOfElements(form, records, bodyBuffers);
}

/** Makes lines of records: one element a line, each line ended by a line feed. */
export function jsonlBody(fields: readonly OutputField[] = DEFAULT_FIELDS): (records: Records) => Buffer {
  const form = formOf(fields, '\n');
  return (records) => elementsOf(form, records, bodyBuffers);
}
