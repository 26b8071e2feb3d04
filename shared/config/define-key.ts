/** Helpers that write one key definition each: `defineKey.int({ ... })`. A key with a default, a derived default or `required`
 *  has a value after parsing; any other may be `undefined`, and its type says so. */
import type { DerivedDefault, Importance, KeyDefinition, KeyType } from './definition.ts';
import {
  booleanSchema,
  enumSchema,
  integerSchema,
  listSchema,
  type Refusal,
  secretSchema,
  stringSchema,
  textSchema,
} from './schemas.ts';
import type { Secret } from './secret.ts';

/** What every helper takes; see `KeyDefinition` for the meaning of each. */
export interface KeyText {
  readonly importance: Importance;
  readonly group: string;
  readonly displayName: string;
  readonly doc: string;
  readonly consoleName?: string;
  readonly aliases?: readonly string[];
  readonly refersTo?: 'address' | 'file' | 'module';
}

type Presence<T> = { readonly default?: T; readonly required?: boolean; readonly derived?: DerivedDefault<T> };
type Options<T, Extra = unknown> = KeyText & Presence<T> & Extra;
/** `T` where a value is sure, else `T | undefined`. */
type Present<T, O> = O extends
  | { readonly default: unknown }
  | { readonly required: true }
  | { readonly derived: unknown }
  ? KeyDefinition<T>
  : KeyDefinition<T | undefined>;

interface TextCheck {
  /** What a value looks like, for messages: `a bucket name`. */
  readonly expected?: string;
  /** Says what was expected of a value it does not accept, else `undefined`. */
  readonly check?: (text: string) => string | undefined;
}

interface EntryCheck {
  readonly expected?: string;
  /** As that of a text; a `Refusal` where what was given must not be shown. */
  readonly check?: (entry: string) => string | Refusal | undefined;
}

interface Range {
  readonly min: number;
  readonly max?: number;
  readonly unit?: string;
}

const MAX_INT = 2 ** 31 - 1;

/** Default of a key, where some give a value and others what it follows from. */
export function defaultOf<T extends string | number>(
  given: T | DerivedDefault<T>,
): { readonly default: T } | { readonly derived: DerivedDefault<T> } {
  return typeof given === 'object' ? { derived: given } : { default: given };
}

function build<T, O extends KeyText>(
  type: KeyType,
  schema: KeyDefinition<T>['schema'],
  options: O,
  values?: readonly string[],
): Present<T, O> {
  const definition = { ...options, type, schema, ...(values === undefined ? {} : { values }) };
  // `Present` says in types what `KeyDefinition` says in words: without default, derived or required, the value may be missing.
  return definition as unknown as Present<T, O>;
}

/** One helper a type. Numbers, booleans and their spellings as text are both accepted; enums in any case. */
export const defineKey = {
  /** Text of at least one character. */
  string<const O extends Options<string, TextCheck>>(options: O) {
    return build<string, O>('STRING', stringSchema(options.expected ?? 'text', options.check), options);
  },
  /** Whole number of 32 bits, from `min` to `max`. */
  int<const O extends Options<number, Range>>(options: O) {
    return build<number, O>('INT', integerSchema(options.min, options.max ?? MAX_INT, options.unit), options);
  },
  /** Whole number, from `min` to `max`, exact up to 2^53-1. */
  long<const O extends Options<number, Range>>(options: O) {
    const max = options.max ?? Number.MAX_SAFE_INTEGER;
    return build<number, O>('LONG', integerSchema(options.min, max, options.unit), options);
  },
  boolean<const O extends Options<boolean>>(options: O) {
    return build<boolean, O>('BOOLEAN', booleanSchema(), options);
  },
  /** Comma-separated text, at least one entry; `expected` describes the entries in the plural. */
  list<const O extends Options<readonly string[], EntryCheck>>(options: O) {
    return build<readonly string[], O>('LIST', listSchema(options.expected ?? 'entries', options.check), options);
  },
  /** One of `values`; `spellings` maps other words to them. */
  enum<
    const V extends string,
    const O extends Options<NoInfer<V>, { readonly spellings?: Readonly<Record<string, NoInfer<V>>> }>,
  >(values: readonly V[], options: O) {
    return build<V, O>('STRING', enumSchema(values, options.spellings), options, values);
  },
  /** Secret; the only type in which references resolve. */
  password<const O extends KeyText & { readonly required?: boolean }>(options: O) {
    return build<Secret, O>('PASSWORD', secretSchema(), options);
  },
  /** Text that code sees as something else; `read` answers a `Refusal` for what it does not accept. */
  parsed<T, const O extends Options<NoInfer<T>, { readonly expected: string }>>(
    read: (text: string) => T | Refusal,
    options: O,
  ) {
    return build<T, O>('STRING', textSchema(options.expected, read), options);
  },
};
