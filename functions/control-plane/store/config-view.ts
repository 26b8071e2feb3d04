/** What the records of the config topic amount to. Pure: records go in, states come out. */
import { isDeepStrictEqual } from 'node:util';
import type { ConfigState, ConfigWrite, StoredConfig, StoredConnector, TargetState } from '../config-state.ts';
import type { ConfigRecord, Hidden } from './config-records.ts';

/** Of an entry that no record says any more. */
const NOWHERE = -1;

interface Entry<T> {
  readonly value: T;
  /** Offset of the record that says so, `NOWHERE` when the topic lost it. */
  readonly offset: number;
  /** As `StoredConnector.revision`: a lost record that is written again is no other configuration. */
  readonly revision: number;
}

/** Entries of one kind, by name. */
class Entries<T> extends Map<string, Entry<T>> {
  /** Names whose last record deleted them. */
  readonly #deleted = new Set<string>();

  /** @returns whether anything is another now */
  take(name: string, value: T | null, offset: number): boolean {
    if (value === null) {
      this.#deleted.add(name);
      return this.delete(name);
    }
    this.#deleted.delete(name);
    const before = this.get(name);
    const again = before?.offset === NOWHERE && isDeepStrictEqual(before.value, value);
    this.set(name, { value, offset, revision: again ? before.revision : offset });
    return !again;
  }

  /** Takes over what is in `older` and was not deleted since. */
  adopt(older: Entries<T>): void {
    for (const [name, entry] of older)
      if (!this.has(name) && !this.#deleted.has(name)) this.set(name, { ...entry, offset: NOWHERE });
  }

  trim(start: number): void {
    for (const [name, { offset }] of this) if (offset < start) this.lose(name);
  }

  lose(name: string): void {
    const entry = this.get(name);
    if (entry !== undefined) this.set(name, { ...entry, offset: NOWHERE });
  }

  lost(): [name: string, value: T][] {
    return [...this].filter(([, { offset }]) => offset === NOWHERE).map(([name, { value }]) => [name, value]);
  }
}

export class ConfigView {
  readonly #configs = new Entries<StoredConfig>();
  /** Also of connectors that are not there: a wanted state is written before the connector it is for. */
  readonly #targets = new Entries<TargetState>();
  readonly #loggers = new Entries<string>();
  #position = 0;
  #snapshot: ConfigState | undefined;

  /** Takes in the record at `offset`. @returns whether the state is another one now */
  apply(record: ConfigRecord, offset: number): boolean {
    this.#position = offset + 1;
    this.#snapshot = undefined;
    switch (record.kind) {
      case 'connector':
        return this.#configs.take(record.name, record.config, offset);
      case 'target':
        return this.#targets.take(record.name, record.target, offset) && this.#configs.has(record.name);
      case 'logger':
        this.#loggers.take(record.name, record.level, offset);
        // Also where it says the same again: others below it may have been set since.
        return true;
      case 'unreadable':
        if (record.hides !== undefined) this.#hide(record.hides);
        return false;
      case 'order':
      case 'unused':
        return false;
      default:
        return record satisfies never;
    }
  }

  /** Takes over what an older log said and this one neither says nor takes back. */
  adopt(older: ConfigView): void {
    this.#snapshot = undefined;
    this.#configs.adopt(older.#configs);
    this.#targets.adopt(older.#targets);
    this.#loggers.adopt(older.#loggers);
  }

  /** Records before `start` were deleted: what they said is kept, and lost in the topic. */
  trim(start: number): void {
    this.#configs.trim(start);
    this.#targets.trim(start);
    this.#loggers.trim(start);
  }

  /** Immutable; the same object until something is read. */
  state(): ConfigState {
    this.#snapshot ??= {
      position: this.#position,
      connectors: new Map([...this.#configs].map(([name, config]) => [name, this.#connector(name, config)])),
      // As they were written: to set `root` after `spillway.kafka` sets both.
      loggers: new Map(
        [...this.#loggers].sort(([, a], [, b]) => a.offset - b.offset).map(([name, { value }]) => [name, value]),
      ),
    };
    return this.#snapshot;
  }

  /** A wanted state without its connector: left over where somebody deleted the connector's record alone. */
  hasOrphan(name: string): boolean {
    return this.#targets.has(name) && !this.#configs.has(name);
  }

  /** What is known here and the topic does not say any more, as changes that make it say so. */
  lost(): readonly ConfigWrite[] {
    const targets = this.#targets.lost().filter(([name]) => this.#configs.has(name));
    return [
      ...targets.map(([name, target]) => ({ write: 'target', name, target }) as const),
      ...this.#configs.lost().map(([name, config]) => ({ write: 'connector', name, config }) as const),
      ...this.#loggers.lost().map(([name, level]) => ({ write: 'logger', name, level }) as const),
    ];
  }

  /** What was said before is kept, and lost in the topic as soon as that is compacted. */
  #hide({ kind, name }: Hidden): void {
    if (kind === 'connector') this.#configs.lose(name);
    else if (kind === 'target') this.#targets.lose(name);
    else this.#loggers.lose(name);
  }

  #connector(name: string, { value, revision }: Entry<StoredConfig>): StoredConnector {
    const target = this.#targets.get(name);
    return {
      name,
      config: value,
      revision,
      target: target?.value ?? 'STARTED',
      targetRevision: target?.revision ?? NOWHERE,
    };
  }
}
