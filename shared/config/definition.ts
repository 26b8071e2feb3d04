/** One definition per key: from it come the type, parsing, `validate`, the pages of `docs/config/` and CLI help. */
import type { z } from 'zod';
import type { ConfigProblem } from '../errors.ts';

/** Kafka Connect's `ConfigDef.Type` names. */
export type KeyType = 'STRING' | 'INT' | 'LONG' | 'BOOLEAN' | 'LIST' | 'PASSWORD';
export type Importance = 'HIGH' | 'MEDIUM' | 'LOW';

/** A default that follows from other keys. */
export interface DerivedDefault<T> {
  /** For docs and forms, in Markdown: `connect-<name>` between backticks. */
  readonly text: string;
  /** Keys that `value` reads; they may be derived themselves, but not from this one. When one of them failed, so has this key. */
  readonly reads: readonly string[];
  value(config: Readonly<Record<string, unknown>>): T;
}

/** `T` is what code sees after parsing. Raw values are JSON scalars; files and environments give strings. */
export interface KeyDefinition<T = unknown> {
  readonly type: KeyType;
  /** Parses one raw value; its messages say what was expected. */
  readonly schema: z.ZodType<T>;
  /** Absent, with neither `required` nor `derived`, means the parsed value is `undefined`. */
  readonly default?: T;
  readonly derived?: DerivedDefault<T>;
  readonly required?: boolean;
  readonly importance: Importance;
  readonly group: string;
  readonly displayName: string;
  /** The managed console's word for it, where it has one. */
  readonly consoleName?: string;
  /** Unit of a number: `ms`, `bytes`, `records`. */
  readonly unit?: string;
  /** Closed list of values, for docs and forms. */
  readonly values?: readonly string[];
  /** What the value names outside of the configuration: where connections go, a file that is read, or code that is run. Whoever takes
   *  configurations from elsewhere looks at these. */
  readonly refersTo?: 'address' | 'file' | 'module';
  /** Other spellings that are read (Kafka Connect's, the console's); the canonical key wins a tie only when equal. */
  readonly aliases?: readonly string[];
  /** One or two sentences: what it does, what follows from it. */
  readonly doc: string;
}

export type KeyDefinitions = Readonly<Record<string, KeyDefinition>>;

/** The parsed configuration, keyed as the user spells it: `config['oss.bucket']`. */
export type ConfigOf<K extends KeyDefinitions> = {
  readonly [P in keyof K]: K[P] extends KeyDefinition<infer T> ? T : never;
};

/** A rule over several keys. Runs when every key it reads parsed, even if others did not; every problem names its key. */
export interface CrossCheck<C> {
  /** Keys that `problems` looks at. */
  readonly reads: readonly string[];
  problems(config: C): readonly ConfigProblem[];
}

/** A cross check that can see no other keys than those it declares. */
export function crossCheck<K extends KeyDefinitions, P extends keyof K & string>(
  _keys: K,
  reads: readonly P[],
  problems: (config: Pick<ConfigOf<K>, P>) => readonly ConfigProblem[],
): CrossCheck<ConfigOf<K>> {
  return { reads, problems };
}

/** What a cross check answers: the problem under `key` when `wrong`, else none. */
export function when(wrong: boolean, key: string, message: string): readonly ConfigProblem[] {
  return wrong ? [{ key, message }] : [];
}
