/** What may stand in a template of this sink, and what is wrong with one. */

import { type JsonPointer, jsonPointer, POINTER_EXPECTED } from '../../../shared/json-pointer.ts';
import { type LiteralPart, readTemplate } from '../../../shared/template-text.ts';
import { timePatternProblem } from '../../../shared/time-pattern.ts';

export type Placeholder =
  | { readonly kind: 'topic' | 'partition' | 'offset' | 'key' }
  /** Record time; epoch milliseconds without a pattern. */
  | { readonly kind: 'timestamp'; readonly pattern: string | undefined }
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'value'; readonly pointer: JsonPointer }
  /** The same in small letters. */
  | { readonly kind: 'lower'; readonly inner: Placeholder };

export type TemplatePart = LiteralPart | Placeholder;

const PLACEHOLDERS =
  '{topic}, {partition}, {offset}, {key}, {timestamp}, {timestamp:PATTERN}, {header:NAME}, {value:/POINTER}, {lower:...}';
export const TEMPLATE_EXPECTED = `text with placeholders among ${PLACEHOLDERS}`;

/** Placeholder from the text between its braces, or what is wrong with it. */
function placeholder(inside: string): Placeholder | string {
  const colon = inside.indexOf(':');
  const name = colon < 0 ? inside : inside.slice(0, colon);
  const rest = colon < 0 ? undefined : inside.slice(colon + 1);
  switch (name) {
    case 'topic':
    case 'partition':
    case 'offset':
    case 'key':
      return rest === undefined ? { kind: name } : `{${name}} takes nothing after a colon`;
    case 'timestamp':
      return (rest === undefined ? undefined : timePatternProblem(rest)) ?? { kind: name, pattern: rest };
    case 'header':
      return rest === undefined || rest === ''
        ? '{header:NAME} needs the name of a header'
        : { kind: name, name: rest };
    case 'value': {
      const pointer = jsonPointer(rest ?? '');
      return pointer === undefined ? `{value:...} needs ${POINTER_EXPECTED}` : { kind: name, pointer };
    }
    case 'lower': {
      const inner = placeholder(rest ?? '');
      return typeof inner === 'string' ? inner : { kind: name, inner };
    }
    default:
      return `unknown placeholder {${inside}}; expected one of ${PLACEHOLDERS}`;
  }
}

/** Parts of a template, or all that is wrong with it. */
export function templateParts(text: string) {
  return readTemplate(text, placeholder);
}

/** What is wrong with a template, for the check of a key. */
export function templateComplaint(text: string): string | undefined {
  return templateParts(text).problems[0];
}

/** A placeholder as it is written. */
export function placeholderText(part: Placeholder): string {
  return `{${insideOf(part)}}`;
}

function insideOf(part: Placeholder): string {
  switch (part.kind) {
    case 'topic':
    case 'partition':
    case 'offset':
    case 'key':
      return part.kind;
    case 'timestamp':
      return part.pattern === undefined ? part.kind : `${part.kind}:${part.pattern}`;
    case 'header':
      return `${part.kind}:${part.name}`;
    case 'value':
      return `${part.kind}:${part.pointer.text}`;
    case 'lower':
      return `${part.kind}:${insideOf(part.inner)}`;
    default:
      return part satisfies never;
  }
}
