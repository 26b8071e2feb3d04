/** How a Kafka Connect sink's keys are told in Spillway's: one table a connector, data that `translate.ts` reads. */

/** A way of rewriting a value; each is written out in `conversions.ts`. */
export type ConversionName = 'as-is' | 'seconds-to-ms' | 'topics-dir' | 'retry-count' | 'start-offset';

/** Told by another key. `note`: what means something else there. */
export interface ToldBy {
  readonly to: string;
  readonly by?: ConversionName;
  readonly note?: string;
}

/** Told by another key; a closed list of values, in lower case. Those that are not in it have no counterpart. */
export interface OneOf {
  readonly to: string;
  readonly values: Readonly<Record<string, string | { readonly value: string; readonly note: string }>>;
  readonly otherwise: string;
}

/** Told by the reference `secret`, whatever stands there. */
export interface SecretRule {
  readonly to: string;
  readonly secret: string;
  readonly note?: string;
}

/** What becomes of one key of the source. */
export type KeyRule =
  | ToldBy
  | OneOf
  | SecretRule
  /** Read together with others by the table's `compose`, which says what becomes of it. */
  | { readonly composed: true }
  /** Nothing like it exists here, and a user misses something. */
  | { readonly none: string }
  /** Nothing like it is needed here: leaving it out changes nothing. */
  | { readonly needless: string };

/** What the user has to add. */
export interface FillIn {
  readonly key: string;
  readonly what: string;
}

/** Where a translation is put together. */
export interface Draft {
  /** Value of a source key as given, or as the source's own default says; `undefined` without either. */
  given(key: string): string | undefined;
  /** True when the file itself says it. */
  has(key: string): boolean;
  set(key: string, value: string): void;
  changed(key: string, note: string): void;
  missing(key: string, why: string): void;
  fillIn(key: string, what: string): void;
}

export interface ConnectTable {
  /** For people: `Confluent S3 sink`. */
  readonly title: string;
  /** Values of `connector.class`, whole or without the package. */
  readonly classes: readonly string[];
  readonly sink: 'oss-sink' | 'fc-sink';
  /** Set in every translation. */
  readonly always: Readonly<Record<string, string>>;
  /** Defaults of the source that differ from ours: they are translated as if they were given. */
  readonly defaults: Readonly<Record<string, string>>;
  readonly keys: Readonly<Record<string, KeyRule>>;
  /** For keys that begin so, where `keys` has none. The longest prefix counts. */
  readonly prefixes: Readonly<Record<string, KeyRule>>;
  readonly fillIn: readonly FillIn[];
  /** Tells what several keys say together. */
  readonly compose?: (draft: Draft) => void;
}
