/** Text that depends on a record: names of indices, ids, routing, pipelines. */
import { isUtf8 } from 'node:buffer';
import { ConfigError, type RecordError } from '../../../shared/errors.ts';
import { keyAt, offsetAt, type RecordHeader } from '../../../shared/records.ts';
import { NO_CALENDAR_TIME, timeFormat } from '../../../shared/time-pattern.ts';
import { type Placeholder, placeholderText, type TemplatePart, templateParts } from './template-parts.ts';
import { recordError, type TemplateRecord, textAtPointer } from './template-record.ts';

export interface RecordTemplate {
  /** The text for a record; never empty. Pure: the same record always gives the same text.
   *  @throws RecordError `TEMPLATE_UNRESOLVED` where a placeholder has nothing to stand for, `VALUE_NOT_JSON` */
  render(record: TemplateRecord): string;
  /** Whether all records have the same text. */
  readonly isConstant: boolean;
  /** Whether the record's value, or its key, is looked at. */
  readonly needsValue: boolean;
  readonly needsKey: boolean;
  /** The text of all records of a topic; `undefined` where it depends on more than the topic. */
  ofTopic(topic: string): string | undefined;
}

/** Half a surrogate pair, which has no UTF-8: two such texts would become one. */
const HALF_PAIR = /\p{Cs}/u;

/** Reads a template. `key` is the configuration key it stands under, for messages; `timeZone` that of `{timestamp:...}`.
 *  @throws ConfigError with everything wrong with it */
export function parseTemplate(text: string, key: string, timeZone = 'UTC'): RecordTemplate {
  const { parts, problems } = templateParts(text);
  if (problems.length > 0) throw new ConfigError(problems.map((message) => ({ key, message })));
  return templateOf(parts, `${key}=${text}`, timeZone);
}

/** A template from its parts; one without any gives no text. `label` names it in messages. */
export function templateOf(parts: readonly TemplatePart[], label: string, timeZone = 'UTC'): RecordTemplate {
  const renderers = parts.map((part) => rendererOf(part, label, timeZone));
  const isConstant = parts.length > 0 && parts.every(({ kind }) => kind === 'literal');
  const [only] = renderers;
  const joined = renderers.length === 1 && only !== undefined ? only : joinedOf(renderers);
  const constant = isConstant ? literalText(parts) : undefined;
  return {
    isConstant,
    needsValue: parts.some((part) => leafKind(part) === 'value'),
    needsKey: parts.some((part) => leafKind(part) === 'key'),
    ofTopic: (topic) => ofTopic(parts, topic),
    render(record) {
      if (constant !== undefined) return constant;
      const text = joined(record);
      if (text === '') throw unresolved(record, label, 'the whole text is empty');
      return text;
    },
  };
}

type Renderer = (record: TemplateRecord) => string;

function joinedOf(renderers: readonly Renderer[]): Renderer {
  return (record) => {
    let text = '';
    for (const render of renderers) text += render(record);
    return text;
  };
}

function rendererOf(part: TemplatePart, label: string, timeZone: string): Renderer {
  if (part.kind === 'literal') return () => part.text;
  const textOf = placeholderRenderer(part, timeZone);
  return (record) => {
    const text = textOf(record);
    if (typeof text === 'string' && !HALF_PAIR.test(text)) return text;
    throw unresolved(record, label, `${placeholderText(part)} has nothing to stand for: ${absence(part)}`);
  };
}

/** Text for a placeholder, `undefined` where the record has none. */
function placeholderRenderer(part: Placeholder, timeZone: string): (record: TemplateRecord) => string | undefined {
  switch (part.kind) {
    case 'topic':
      return ({ block }) => block.topic;
    case 'partition':
      return ({ block }) => String(block.partition);
    case 'offset':
      return ({ block, index }) => String(offsetAt(block, index));
    case 'key':
      return ({ block, index }) => textOf(keyAt(block, index));
    case 'header':
      return ({ block, index }) => headerText(block.headersOf(index), part.name);
    case 'value':
      return (record) => textAtPointer(record, part.pointer);
    case 'timestamp':
      return timeRenderer(part.pattern, timeZone);
    case 'lower': {
      const inner = placeholderRenderer(part.inner, timeZone);
      return (record) => inner(record)?.toLowerCase();
    }
    default:
      return part satisfies never;
  }
}

/** Times before 1970 are none: Kafka writes -1 where a record has no time. */
function timeRenderer(pattern: string | undefined, timeZone: string): (record: TemplateRecord) => string | undefined {
  const format = pattern === undefined ? String : timeFormat(pattern, timeZone);
  return ({ block, index }) => {
    const epochMs = block.timestamps[index] ?? Number.NaN;
    const text = epochMs >= 0 ? format(epochMs) : NO_CALENDAR_TIME;
    return text === NO_CALENDAR_TIME ? undefined : text;
  };
}

/** The last header of that name, as Kafka Connect takes it. */
export function headerText(headers: readonly RecordHeader[], name: string): string | undefined {
  return textOf(headers.findLast(({ key }) => key === name)?.value ?? null);
}

function textOf(bytes: Buffer | null): string | undefined {
  return bytes !== null && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

function absence(part: Placeholder): string {
  switch (part.kind) {
    case 'key':
      return 'the key is null, or not UTF-8';
    case 'header':
      return 'no header of this name, or its value is null or not UTF-8';
    case 'value':
      return 'the value has no text, number, true or false there';
    case 'timestamp':
      return 'the record has no time, or one that is on no calendar';
    case 'lower':
      return absence(part.inner);
    case 'topic':
    case 'partition':
    case 'offset':
      return 'it is not known';
    default:
      return part satisfies never;
  }
}

function unresolved(record: TemplateRecord, label: string, why: string): RecordError {
  return recordError('TEMPLATE_UNRESOLVED', `${label}: ${why}`, record);
}

function leafKind(part: TemplatePart): TemplatePart['kind'] {
  return part.kind === 'lower' ? leafKind(part.inner) : part.kind;
}

function literalText(parts: readonly TemplatePart[]): string {
  return parts.map((part) => (part.kind === 'literal' ? part.text : '')).join('');
}

function ofTopic(parts: readonly TemplatePart[], topic: string): string | undefined {
  const texts = parts.map((part) => {
    if (part.kind === 'literal') return part.text;
    if (leafKind(part) === 'topic') return part.kind === 'lower' ? topic.toLowerCase() : topic;
    return undefined;
  });
  return texts.includes(undefined) ? undefined : texts.join('');
}
