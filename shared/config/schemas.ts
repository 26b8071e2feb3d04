/** Schemas of single values. Each reads a JSON scalar or its spelling as text, as Kafka Connect does, and its issues say what
 *  was expected; whoever parses adds what was given. */
import * as z from 'zod';
import { REFERENCE_FORMS, Secret } from './secret.ts';

/** What a reader answers when it does not accept a value. */
export class Refusal {
  readonly expected: string;
  /** False when the given value must not be shown: it carries a secret where none belongs. */
  readonly showGiven: boolean;

  constructor(expected: string, showGiven = true) {
    this.expected = expected;
    this.showGiven = showGiven;
  }
}

/** Parameter of an issue that forbids showing the given value. */
export const HIDE_GIVEN = 'hideGiven';

/** Schema from a function over the value's text. Objects and lists are refused before it is asked. */
export function textSchema<T>(expected: string, read: (text: string) => T | Refusal): z.ZodType<T> {
  return z.unknown().transform((raw, context): T => {
    const text = scalarText(raw);
    const value = text === undefined ? new Refusal(expected) : read(text);
    if (!(value instanceof Refusal)) return value;
    context.addIssue({
      code: 'custom',
      message: `expected ${value.expected}`,
      params: { [HIDE_GIVEN]: !value.showGiven },
    });
    return z.NEVER;
  });
}

function scalarText(raw: unknown): string | undefined {
  if (typeof raw === 'string') return raw;
  return typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : undefined;
}

/** Text with at least one character, kept as given. `check` answers what was expected instead, or `undefined`. */
export function stringSchema(expected: string, check?: (text: string) => string | undefined): z.ZodType<string> {
  return textSchema(expected, (text) => {
    const complaint = text === '' ? expected : check?.(text);
    return complaint === undefined ? text : new Refusal(complaint);
  });
}

/** Whole number from `min` to `max`. */
export function integerSchema(min: number, max: number, unit?: string): z.ZodType<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
  const expected = `a whole number ${range}${unit === undefined ? '' : `, in ${unit}`}`;
  return textSchema(expected, (text) => {
    const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    // `+ 0` turns -0 into 0.
    return value >= min && value <= max ? value + 0 : new Refusal(expected);
  });
}

/** `true` or `false`, in any case. */
export function booleanSchema(): z.ZodType<boolean> {
  const expected = 'true or false';
  return textSchema(expected, (text) => {
    const word = text.trim().toLowerCase();
    return word === 'true' || word === 'false' ? word === 'true' : new Refusal(expected);
  });
}

/** Comma-separated entries, trimmed, without repeats, at least one. `check` answers what was expected of an entry. */
export function listSchema(
  entry: string,
  check?: (text: string) => string | Refusal | undefined,
): z.ZodType<readonly string[]> {
  const expected = `a comma-separated list of ${entry}`;
  return textSchema(expected, (text) => {
    const entries = text.split(',').map((part) => part.trim());
    if (text.trim() === '') return new Refusal(`${expected}, at least one`);
    if (entries.includes('')) return new Refusal(`${expected}, with nothing empty between the commas`);
    const complaint = entries.map((one) => check?.(one)).find((one) => one !== undefined);
    if (complaint instanceof Refusal) return complaint;
    return complaint === undefined ? [...new Set(entries)] : new Refusal(complaint);
  });
}

/** One of a closed list, in any case; `spellings` are other words for the same values. */
export function enumSchema<const V extends string>(
  values: readonly V[],
  spellings: Readonly<Record<string, V>> = {},
): z.ZodType<V> {
  const others = Object.keys(spellings);
  const expected = `${values.length > 1 ? 'one of ' : ''}${values.join(', ')}${others.length === 0 ? '' : ` (also read: ${others.join(', ')})`}`;
  return textSchema(expected, (text) => {
    const word = text.trim().toLowerCase();
    const other = others.find((one) => one.toLowerCase() === word);
    const value =
      values.find((one) => one.toLowerCase() === word) ?? (other === undefined ? undefined : spellings[other]);
    return value ?? new Refusal(expected);
  });
}

/** A secret: a reference, or a literal. */
export function secretSchema(): z.ZodType<Secret> {
  const expected = `a secret, best as a reference: ${REFERENCE_FORMS}`;
  return textSchema(expected, (text) => {
    if (text === '') return new Refusal(expected, false);
    try {
      return new Secret(text);
    } catch (error) {
      return new Refusal(`${expected}; ${error instanceof Error ? error.message : 'malformed'}`, false);
    }
  });
}
