/** Raw keys and values into a typed configuration: every problem at once, by key, and no secret in any of them. */
import { isDeepStrictEqual } from 'node:util';
import { ConfigError, type ConfigProblem } from '../errors.ts';
import type { ConfigOf, CrossCheck, KeyDefinition, KeyDefinitions } from './definition.ts';
import { nearestKey } from './nearest-key.ts';
import { HIDE_GIVEN } from './schemas.ts';
import { containsReference, REFERENCE_FORMS, Secret } from './secret.ts';

/** Raw keys and values: JSON scalars, or text from files and environments. `null` and `undefined` mean "not given". */
export type RawConfig = Readonly<Record<string, unknown>>;

/** What came of a configuration: `config` is there when `problems` is empty. */
export interface CheckedConfig<C> {
  readonly config: C | undefined;
  /** Every key that parsed, whatever became of the others. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
}

/** Unknown keys that the nearest known one is looked for, one by one. More are no slips of the pen, and each look takes time. */
const SUGGESTED_KEYS = 100;
/** Longest given value that a message shows whole. */
const SHOWN_CHARACTERS = 100;

/** Parses `raw` against `definitions` and then runs every check whose keys parsed. Throws nothing: problems come back as a list. */
export function checkConfig<K extends KeyDefinitions>(
  definitions: K,
  checks: readonly CrossCheck<ConfigOf<K>>[],
  raw: RawConfig,
): CheckedConfig<ConfigOf<K>> {
  const run = new ParseRun(raw);
  for (const [key, definition] of Object.entries(definitions)) run.readGiven(key, definition);
  for (const key of Object.keys(definitions)) run.fillIn(key, definitions);
  // The values are those of the definitions' schemas and defaults, so they have the definitions' types.
  const config = run.values as ConfigOf<K>;
  for (const check of checks) {
    if (!check.reads.some((key) => run.failed.has(key))) run.problems.push(...check.problems(config));
  }
  return {
    config: run.problems.length === 0 ? config : undefined,
    values: run.values,
    problems: run.problems,
    warnings: [...run.warnings, ...unknownKeys(definitions, raw)],
  };
}

/** As `checkConfig`, for callers that cannot go on with a problem. `subject` opens the error's message.
 *  @throws ConfigError with every problem */
export function parseConfig<K extends KeyDefinitions>(
  definitions: K,
  checks: readonly CrossCheck<ConfigOf<K>>[],
  raw: RawConfig,
  subject?: string,
): { readonly config: ConfigOf<K>; readonly warnings: readonly ConfigProblem[] } {
  const { config, problems, warnings } = checkConfig(definitions, checks, raw);
  if (config === undefined) throw new ConfigError(problems, subject);
  return { config, warnings };
}

/** One parse: what was read so far, and what was wrong. */
class ParseRun {
  readonly values: Record<string, unknown> = {};
  readonly problems: ConfigProblem[] = [];
  readonly warnings: ConfigProblem[] = [];
  /** Canonical keys without a usable value, because of a problem of their own or of a key they follow from. */
  readonly failed = new Set<string>();
  readonly #raw: RawConfig;

  constructor(raw: RawConfig) {
    this.#raw = raw;
  }

  /** Reads `key` and its aliases. Two spellings with different values are a problem on both. */
  readGiven(key: string, definition: KeyDefinition): void {
    const spellings = [key, ...(definition.aliases ?? [])].filter((name) => isGiven(this.#raw, name));
    const read: { name: string; value: unknown }[] = [];
    for (const name of spellings) {
      const result = readValue(name, definition, this.#raw[name]);
      if ('problem' in result) this.#fail(key, { key: name, message: result.problem });
      else read.push({ name, value: result.value });
    }
    const [first] = read;
    if (first === undefined || this.failed.has(key)) return;
    for (const other of read.slice(1).filter(({ value }) => !sameValue(value, first.value))) {
      const message = `${first.name} and ${other.name} are two spellings of one setting and say different things; keep one`;
      this.#fail(key, { key: first.name, message });
      this.#fail(key, { key: other.name, message });
    }
    if (this.failed.has(key)) return;
    this.values[key] = first.value;
    if (first.value instanceof Secret && first.value.isLiteral) {
      this.warnings.push({
        key: first.name,
        message: `the secret stands here in clear; better refer to it: ${REFERENCE_FORMS}`,
      });
    }
  }

  /** Default, derived default (after the keys that it follows from), or the complaint that a required key is missing. */
  fillIn(key: string, definitions: KeyDefinitions): void {
    const definition = definitions[key];
    if (definition === undefined || Object.hasOwn(this.values, key) || this.failed.has(key)) return;
    if (definition.derived !== undefined) {
      for (const one of definition.derived.reads) this.fillIn(one, definitions);
      if (definition.derived.reads.some((one) => this.failed.has(one))) this.failed.add(key);
      else this.values[key] = definition.derived.value(this.values);
    } else if (definition.required === true) {
      this.#fail(key, { key, message: 'is required and not given' });
    } else {
      this.values[key] = definition.default;
    }
  }

  #fail(key: string, problem: ConfigProblem): void {
    this.failed.add(key);
    this.problems.push(problem);
  }
}

function isGiven(raw: RawConfig, key: string): boolean {
  return Object.hasOwn(raw, key) && raw[key] !== undefined && raw[key] !== null;
}

function readValue(key: string, definition: KeyDefinition, raw: unknown): { value: unknown } | { problem: string } {
  const secret = definition.type === 'PASSWORD';
  if (!secret && typeof raw === 'string' && containsReference(raw)) {
    return {
      problem: `secret references resolve only in secret keys, and this is none; give the value itself, not ${shown(raw)}`,
    };
  }
  const result = definition.schema.safeParse(raw);
  if (result.success) return { value: result.data instanceof Secret ? result.data.under(key) : result.data };
  const hide = secret || result.error.issues.some((issue) => 'params' in issue && issue.params?.[HIDE_GIVEN] === true);
  const expected = result.error.issues.map((issue) => issue.message).join('; ');
  return { problem: hide ? expected : `${expected}, got ${shown(raw)}` };
}

function shown(raw: unknown): string {
  const text = JSON.stringify(raw) ?? String(raw);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}... (${text.length} characters)`;
}

function sameValue(a: unknown, b: unknown): boolean {
  return a instanceof Secret && b instanceof Secret ? a.equals(b) : isDeepStrictEqual(a, b);
}

function unknownKeys(definitions: KeyDefinitions, raw: RawConfig): ConfigProblem[] {
  const known = new Set(Object.entries(definitions).flatMap(([key, { aliases }]) => [key, ...(aliases ?? [])]));
  return Object.keys(raw)
    .filter((key) => !known.has(key))
    .map((key, index) => {
      const nearest = index < SUGGESTED_KEYS ? nearestKey(key, known) : undefined;
      return { key, message: `unknown key, ignored${nearest === undefined ? '' : `; did you mean ${nearest}?`}` };
    });
}
