/** Object names from a template: `{topic}/{timestamp:yyyy/MM/dd}/{partition}/{offset}`.
 *  Deterministic: the same first record always gives the same name, whoever writes it and when. */
import { isUtf8 } from 'node:buffer';
import { keyAt, offsetAt, type RecordBlock } from '../../shared/records.ts';
import type { PeriodOf, WindowOf } from '../../shared/sink.ts';
import { type LiteralPart, readTemplate } from '../../shared/template-text.ts';
import { type TimeFormat, timeFormat, timePatternProblem } from '../../shared/time-pattern.ts';

export const DEFAULT_KEY_TEMPLATE = '{topic}/{partition}/{offset}';
/** Digits of 2^64, so that names sort as offsets do. */
const OFFSET_DIGITS = 20;
const PLACEHOLDERS = ['{topic}', '{partition}', '{offset}', '{timestamp:PATTERN}', '{key}'];

type Placeholder =
  | { readonly kind: 'topic' | 'partition' | 'offset' | 'key' }
  | { readonly kind: 'timestamp'; readonly pattern: string };
type Part = LiteralPart | Placeholder;

function placeholder(inside: string): Placeholder | string {
  if (inside === 'topic' || inside === 'partition' || inside === 'offset' || inside === 'key') return { kind: inside };
  if (inside.startsWith('timestamp:')) {
    const pattern = inside.slice('timestamp:'.length);
    return timePatternProblem(pattern) ?? { kind: 'timestamp', pattern };
  }
  return `unknown placeholder {${inside}}; expected one of ${PLACEHOLDERS.join(', ')}`;
}

/** Everything wrong with a template. Names must tell topics, partitions and first offsets apart, or objects would collide. */
export function keyTemplateProblems(template: string): readonly string[] {
  const { parts, problems } = readTemplate(template, placeholder);
  const missing = (['topic', 'partition', 'offset'] as const).filter((kind) => !parts.some((p) => p.kind === kind));
  return missing.length === 0
    ? problems
    : [
        ...problems,
        `${missing.map((kind) => `{${kind}}`).join(', ')} missing; without it two objects would share a name`,
      ];
}

/** The key as text; a null key is `null`. Bytes that are no UTF-8 give a text that no object name may contain. */
function keyText(block: RecordBlock, index: number): string {
  const key = keyAt(block, index);
  if (key === null) return 'null';
  return isUtf8(key) ? key.toString('utf8') : `\u0000${key.toString('hex')}`;
}

export interface ObjectNaming {
  /** Name of the object that record `index` of `block` is in and that begins at `firstOffset`, which is the record's own where nothing else
   *  is said; not yet checked against `objectNameProblem`. */
  nameOf(block: RecordBlock, index: number, firstOffset?: number): string;
  /** Window of a record, where it depends on record time or key: an object holds records of one window only. */
  readonly windowOf: WindowOf | undefined;
}

/** Naming for a template without problems. `prefix` may end with a slash or not; `extension` begins with a dot. */
export function objectNaming(options: {
  readonly prefix: string;
  readonly template: string;
  readonly timeZone: string;
  readonly extension: string;
  /** Interval of the record time, where objects are rotated by it. */
  readonly intervalOf?: PeriodOf | undefined;
}): ObjectNaming {
  const { parts } = readTemplate(options.template, placeholder);
  const formats = new Map<Part, TimeFormat>();
  for (const part of parts) {
    if (part.kind === 'timestamp') formats.set(part, timeFormat(part.pattern, options.timeZone));
  }
  const folder = options.prefix === '' || options.prefix.endsWith('/') ? options.prefix : `${options.prefix}/`;
  const rendered = (part: Part, block: RecordBlock, index: number, offset: number): string => {
    switch (part.kind) {
      case 'literal':
        return part.text;
      case 'topic':
        return block.topic;
      case 'partition':
        return String(block.partition);
      case 'offset':
        return String(offset).padStart(OFFSET_DIGITS, '0');
      case 'key':
        return keyText(block, index);
      case 'timestamp':
        return formats.get(part)?.(block.timestamps[index] ?? Number.NaN) ?? '';
      default:
        return part satisfies never;
    }
  };
  return {
    nameOf: (block, index, firstOffset = offsetAt(block, index)) =>
      folder + parts.map((part) => rendered(part, block, index, firstOffset)).join('') + options.extension,
    windowOf: byInterval(options.intervalOf, windowOf(parts, [...formats.values()])),
  };
}

function windowOf(parts: readonly Part[], formats: readonly TimeFormat[]): WindowOf | undefined {
  const byKey = parts.some((part) => part.kind === 'key');
  const [first, ...others] = formats;
  if (first === undefined) return byKey ? keyText : undefined;
  const time: WindowOf =
    others.length === 0
      ? (block, index) => first(block.timestamps[index] ?? Number.NaN)
      : (block, index) => formats.map((format) => format(block.timestamps[index] ?? Number.NaN)).join('\n');
  return byKey ? (block, index) => `${time(block, index)}\n${keyText(block, index)}` : time;
}

/** Windows of `inner`, cut further by the interval that the record time lies in. */
function byInterval(intervalOf: PeriodOf | undefined, inner: WindowOf | undefined): WindowOf | undefined {
  if (intervalOf === undefined) return inner;
  const interval: WindowOf = (block, index) => String(intervalOf(block.timestamps[index] ?? Number.NaN));
  return inner === undefined ? interval : (block, index) => `${interval(block, index)}\n${inner(block, index)}`;
}
