/** Translates a Kafka Connect sink's configuration into a connector of ours, and says what it could not. Pure. */
import type { RawConfig } from '../../shared/config/parse.ts';
import { ConfigError } from '../../shared/errors.ts';
import { aivenHttp } from './aiven-http.ts';
import { aivenS3 } from './aiven-s3.ts';
import { alibabaFc } from './alibaba-fc.ts';
import { ANY_SINK_KEYS, ANY_SINK_PREFIXES } from './any-sink.ts';
import { composeAnySink } from './any-sink-compose.ts';
import { confluentHttp } from './confluent-http.ts';
import { confluentS3 } from './confluent-s3.ts';
import { CONVERSIONS } from './conversions.ts';
import type { ConnectTable, Draft, KeyRule, OneOf, SecretRule, ToldBy } from './table.ts';

/** A key, and what there is to say of it. Never holds a value that may be secret. */
export interface Remark {
  readonly key: string;
  readonly message: string;
}

export interface Translation {
  /** What was recognised, for people. */
  readonly source: string;
  /** The connector, in the order in which it is best read. */
  readonly connector: Readonly<Record<string, string>>;
  /** Keys of the source. */
  readonly noCounterpart: readonly Remark[];
  readonly changed: readonly Remark[];
  /** Keys of the connector. */
  readonly fillIn: readonly Remark[];
  /** Keys of the source that are left out without a loss. */
  readonly needless: readonly Remark[];
}

export const TABLES: readonly ConnectTable[] = [confluentS3, confluentHttp, aivenS3, aivenHttp, alibabaFc];

const FIRST_KEYS = ['name', 'connector.class', 'topics', 'topics.regex'];
const SHOWN_CHARACTERS = 100;

/** The table for a value of `connector.class`; `undefined` when it is none that can be translated. */
export function tableFor(connectorClass: unknown): ConnectTable | undefined {
  return TABLES.find(({ classes }) => classes.some((name) => name === connectorClass));
}

/** @throws ConfigError under `connector.class` when the connector is not one of `TABLES` */
export function translate(raw: RawConfig): Translation {
  const table = tableFor(raw['connector.class']);
  if (table !== undefined) return new TranslationRun(table, raw).run();
  const known = TABLES.map(({ title, classes }) => `${classes[0]} (${title})`).join(', ');
  throw new ConfigError([{ key: 'connector.class', message: `cannot be translated; expected one of ${known}` }]);
}

class TranslationRun implements Draft {
  readonly #table: ConnectTable;
  readonly #given: ReadonlyMap<string, string>;
  readonly #connector = new Map<string, string>();
  readonly #noCounterpart: Remark[] = [];
  readonly #changed: Remark[] = [];
  readonly #fillIn: Remark[] = [];
  readonly #needless: Remark[] = [];

  constructor(table: ConnectTable, raw: RawConfig) {
    this.#table = table;
    const entries = Object.entries(raw).filter(([, value]) => value !== null && value !== undefined && value !== '');
    this.#given = new Map(entries.map(([key, value]) => [key, String(value)]));
  }

  run(): Translation {
    const { title, sink, always, defaults, fillIn, compose } = this.#table;
    this.set('connector.class', sink);
    for (const [key, value] of Object.entries(always)) this.set(key, value);
    for (const [key, value] of this.#given) this.#apply(key, value);
    for (const [key, value] of Object.entries(defaults)) {
      if (!this.#given.has(key)) this.#apply(key, value);
    }
    composeAnySink(this);
    compose?.(this);
    for (const { key, what } of fillIn) if (!this.#connector.has(key)) this.fillIn(key, what);
    const keys = [...FIRST_KEYS.filter((key) => this.#connector.has(key)), ...this.#connector.keys()];
    return {
      source: title,
      connector: Object.fromEntries(keys.map((key) => [key, this.#connector.get(key) ?? ''])),
      noCounterpart: this.#noCounterpart,
      changed: this.#changed,
      fillIn: this.#fillIn,
      needless: this.#needless,
    };
  }

  given(key: string): string | undefined {
    return this.#given.get(key) ?? this.#table.defaults[key];
  }

  has(key: string): boolean {
    return this.#given.has(key);
  }

  set(key: string, value: string): void {
    this.#connector.set(key, value);
  }

  changed(key: string, message: string): void {
    remark(this.#changed, key, message);
  }

  missing(key: string, message: string): void {
    remark(this.#noCounterpart, key, message);
  }

  fillIn(key: string, message: string): void {
    remark(this.#fillIn, key, message);
  }

  #apply(key: string, value: string): void {
    const rule = this.#ruleFor(key);
    if (rule === undefined) this.missing(key, `is no key of the ${this.#table.title} that is known here`);
    else if ('none' in rule) this.missing(key, rule.none);
    else if ('needless' in rule) remark(this.#needless, key, rule.needless);
    else if ('secret' in rule) this.#secret(key, rule);
    else if ('to' in rule) this.#value(key, value, rule);
  }

  #ruleFor(key: string): KeyRule | undefined {
    const { keys, prefixes } = this.#table;
    const exact = keys[key] ?? ANY_SINK_KEYS[key];
    if (exact !== undefined) return exact;
    const families = Object.entries({ ...ANY_SINK_PREFIXES, ...prefixes }).filter(([prefix]) => key.startsWith(prefix));
    return families.sort(([a], [b]) => b.length - a.length)[0]?.[1];
  }

  #secret(key: string, { to, secret, note }: SecretRule): void {
    this.set(to, secret);
    this.fillIn(to, `give ${secret} a value in the environment; the value of ${key} was not copied`);
    if (note !== undefined) this.changed(key, note);
  }

  #value(key: string, value: string, rule: ToldBy | OneOf): void {
    if (value.includes('${')) {
      this.fillIn(rule.to, `${key} is a reference, and those resolve only in secret keys; give the value itself`);
      return;
    }
    if ('values' in rule) {
      const found = rule.values[value.toLowerCase()];
      const shown = value.length <= SHOWN_CHARACTERS ? value : `${value.slice(0, SHOWN_CHARACTERS)}...`;
      if (found === undefined) this.missing(key, `${shown}: ${rule.otherwise}`);
      else if (typeof found === 'string') this.set(rule.to, found);
      else {
        this.set(rule.to, found.value);
        this.changed(this.#given.has(key) ? key : `${key} (${shown} by default)`, found.note);
      }
      return;
    }
    const converted = CONVERSIONS[rule.by ?? 'as-is'](value);
    if (converted === undefined) {
      this.missing(key, `its value cannot be told by ${rule.to}`);
      return;
    }
    this.set(rule.to, converted);
    if (rule.note !== undefined) this.changed(key, rule.note);
  }
}

function remark(list: Remark[], key: string, message: string): void {
  if (!list.some((one) => one.key === key && one.message === message)) list.push({ key, message });
}
