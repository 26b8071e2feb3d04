/** What is derived from a form of elements: kept with it, so that templates are found again. */
import { isUtf8 } from 'node:buffer';
import { keyAt, type RecordBlock, valueAt } from '../records.ts';
import type { ElementForm } from './element-template.ts';

const NOTHING = Buffer.alloc(0);

/** A form as records need it that are not like most. */
interface FormVariants {
  readonly base64Key: ElementForm;
  readonly base64Value: ElementForm;
  readonly base64: ElementForm;
  /** What stands before the headers, and what stands after them; the form's end after that. */
  readonly beforeHeaders: ElementForm;
  readonly afterHeaders: ElementForm;
}

const kept = new WeakMap<ElementForm, FormVariants>();

export function variantsOf(form: ElementForm): FormVariants {
  let variants = kept.get(form);
  if (variants === undefined) {
    const { members } = form;
    const headers = members.includes('headers') ? members.indexOf('headers') : members.length;
    variants = {
      base64Key: { ...form, keyEncoding: 'bytes' },
      base64Value: { ...form, valueEncoding: 'bytes' },
      base64: { ...form, keyEncoding: 'bytes', valueEncoding: 'bytes' },
      beforeHeaders: { ...form, members: members.slice(0, headers), end: NOTHING },
      afterHeaders: { ...form, members: members.slice(headers + 1) },
    };
    kept.set(form, variants);
  }
  return variants;
}

/** The form for record `index` by what its bytes are: `form` itself where key and value are text. */
export function formByContent(form: ElementForm, block: RecordBlock, index: number): ElementForm {
  const key = keyAt(block, index);
  const value = valueAt(block, index);
  const isKeyText = key === null || isUtf8(key);
  const isValueText = value === null || isUtf8(value);
  if (isKeyText && isValueText) return form;
  const { base64Key, base64Value, base64 } = variantsOf(form);
  if (isValueText) return base64Key;
  return isKeyText ? base64Value : base64;
}
