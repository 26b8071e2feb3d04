/** Forms of JSON elements, and the templates that the kernel writes them by. */
import type { ElementTemplate, MemberSource, TemplateMember } from '../kernel/kernel.ts';
import type { Overflow, RecordBlock, RecordHeader } from '../records.ts';
import { headersToJson } from './headers-json.ts';

/** A member of an element. One that a record has no content for is left out: a null key or value, an encoding that is not base64, a value
 *  that was not stored. */
export type ElementMember =
  | 'key'
  | 'offset'
  | 'overflowFlag'
  | 'partition'
  | 'timestamp'
  | 'topic'
  | 'value'
  | 'valueSize'
  | 'keyEncoding'
  | 'valueEncoding'
  | 'headers'
  | 'timestampType'
  | 'valueRef';

/** How bytes stand in an element. `string`: text where they are UTF-8, else base64; `bytes`: always base64. */
export type ContentEncoding = 'string' | 'bytes';

/** How all records of a connector become elements. Templates are kept by form: have few, and use them again. */
export interface ElementForm {
  /** In their order. `keyEncoding` and `valueEncoding` only beside what they say it of. */
  readonly members: readonly ElementMember[];
  readonly keyEncoding: ContentEncoding;
  readonly valueEncoding: ContentEncoding;
  /** After each element. */
  readonly end: Buffer;
}

/** What sets a record apart from its neighbours, so that it needs a template of its own. */
export interface RecordTraits {
  readonly keyEncoding: ContentEncoding;
  readonly valueEncoding: ContentEncoding;
  readonly overflow: Overflow | undefined;
  readonly headers: readonly RecordHeader[];
}

/** Of what the members that are the same for all its records are made. */
type BlockTraits = Pick<RecordBlock, 'topic' | 'partition' | 'timestampType'>;

/** As many topic-partitions as a process may have in turn; beyond it all are made anew. */
const MAX_KEPT = 10_000;

const kept = new WeakMap<ElementForm, Map<string, ElementTemplate>>();

/** The template for the records of `block` that nothing sets apart: their text is UTF-8, they have no headers (or the form shows none), they
 *  did not overflow. The same object for the same topic-partition. */
export function templateFor(form: ElementForm, block: BlockTraits): ElementTemplate {
  let templates = kept.get(form);
  if (templates === undefined) {
    templates = new Map();
    kept.set(form, templates);
  }
  const name = `${block.timestampType} ${block.partition} ${block.topic}`;
  const found = templates.get(name);
  if (found !== undefined) return found;
  const { keyEncoding, valueEncoding } = form;
  const made = templateWith(form, block, { keyEncoding, valueEncoding, overflow: undefined, headers: [] });
  if (templates.size >= MAX_KEPT) templates.clear();
  templates.set(name, made);
  return made;
}

/** The template for one record of `block`. */
export function templateWith(form: ElementForm, block: BlockTraits, record: RecordTraits): ElementTemplate {
  const members: TemplateMember[] = [];
  for (const name of form.members) {
    const member = memberOf(name, block, record);
    if (member !== undefined) members.push(member);
  }
  return { members, end: form.end };
}

function memberOf(name: ElementMember, block: BlockTraits, record: RecordTraits): TemplateMember | undefined {
  const { keyEncoding, valueEncoding, overflow, headers } = record;
  switch (name) {
    case 'key':
      return taken(name, keyEncoding === 'bytes' ? 'key-base64' : 'key-text');
    case 'value':
      if (overflow !== undefined) return undefined;
      return taken(name, valueEncoding === 'bytes' ? 'value-base64' : 'value-text');
    case 'offset':
    case 'timestamp':
      return taken(name, name);
    case 'valueSize':
      return overflow === undefined ? taken(name, 'value-size') : constant(name, overflow.valueSize);
    case 'overflowFlag':
      return constant(name, overflow !== undefined);
    case 'partition':
    case 'topic':
    case 'timestampType':
      return constant(name, block[name]);
    case 'keyEncoding':
      return keyEncoding === 'bytes' ? present(name, 'key-present') : undefined;
    case 'valueEncoding':
      return valueEncoding === 'bytes' && overflow === undefined ? present(name, 'value-present') : undefined;
    case 'headers':
      return { constant: Buffer.from(`"headers":${headersToJson(headers)}`) };
    case 'valueRef':
      return overflow?.valueRef === undefined ? undefined : constant(name, overflow.valueRef);
    default:
      return name satisfies never;
  }
}

function taken(name: ElementMember, source: MemberSource): TemplateMember {
  return { lead: Buffer.from(`"${name}":`), source };
}

function present(name: ElementMember, source: 'key-present' | 'value-present'): TemplateMember {
  return { lead: Buffer.from(`"${name}":"base64"`), source };
}

function constant(name: ElementMember, value: string | number | boolean): TemplateMember {
  return { constant: Buffer.from(`"${name}":${JSON.stringify(value)}`) };
}
