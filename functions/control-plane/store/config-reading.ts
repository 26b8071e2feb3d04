/** Turns what the config topic tells into states and orders, and notices what the topic lost. */
import type { Beginning, LogRecord, TopicListener } from '../../../shared/kafka/log/topic-listener.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { ConfigListener, ConfigState } from '../config-state.ts';
import { readConfigRecord } from './config-records.ts';
import { ConfigView } from './config-view.ts';
import { UnreadableRecords } from './unreadable-records.ts';

/** The topic's only partition. */
export const PARTITION = 0;

/** An offset that somebody waits to see. */
export interface Watch {
  readonly offset: number;
  seen: boolean;
}

export class ConfigReading implements TopicListener {
  /** Told of what is read once everything that was there at the start is. */
  listener: ConfigListener | undefined;
  readonly #topic: string;
  readonly #logger: Logger;
  readonly #lost: () => void;
  readonly #unreadable: UnreadableRecords;
  readonly #watches = new Set<Watch>();
  #view = new ConfigView();
  /** While the topic is read from its beginning: takes the place of `#view` at its end. */
  #next: ConfigView | undefined;
  #why: Beginning = 'start';
  /** Orders before this were given before anybody here listened. */
  #liveFrom = 0;

  /** @param lost called when the topic does not hold any more what `view` says, and it should be written again */
  constructor(topic: string, logger: Logger, lost: () => void) {
    this.#topic = topic;
    this.#logger = logger;
    this.#lost = lost;
    this.#unreadable = new UnreadableRecords(topic, logger);
  }

  get view(): ConfigView {
    return this.#view;
  }

  /** Records and batches that were passed over. */
  get unreadable(): number {
    return this.#unreadable.count;
  }

  state(): ConfigState {
    return this.#view.state();
  }

  /** To be ended with `unwatch`. */
  watch(offset: number): Watch {
    const watch = { offset, seen: false };
    this.#watches.add(watch);
    return watch;
  }

  unwatch(watch: Watch): void {
    this.#watches.delete(watch);
  }

  began(partition: number, why: Beginning, { start, end }: { readonly start: number; readonly end: number }): void {
    const fields = { topic: this.#topic, partition, why, start, end };
    if (partition !== PARTITION) {
      this.#logger.error(fields, 'the configuration topic has more than one partition; only the first is read');
      return;
    }
    this.#next = new ConfigView();
    this.#why = why;
    this.#liveFrom = end;
    if (why !== 'start')
      this.#logger.error(
        fields,
        'the configuration topic is not what was read any more; it is read from its beginning',
      );
    else if (start > 0)
      this.#logger.warn(
        fields,
        'the beginning of the configuration topic was deleted, and with it perhaps connectors: see the documentation on internal topics',
      );
  }

  records(partition: number, records: readonly LogRecord[]): void {
    if (partition !== PARTITION) return;
    for (const record of records) this.#take(record);
  }

  reached(partition: number): void {
    const next = this.#next;
    if (next === undefined || partition !== PARTITION) return;
    const before = this.#view;
    // What was not read may have taken back what was.
    if (this.#why === 'remade' || this.#why === 'truncated') next.adopt(before);
    this.#view = next;
    this.#next = undefined;
    const { connectors } = next.state();
    const gone = [...before.state().connectors.keys()].filter((name) => !connectors.has(name));
    if (gone.length > 0)
      this.#logger.error(
        { topic: this.#topic, connectors: gone },
        'connectors are no longer in the configuration topic',
      );
    this.#checkLost();
    this.listener?.changed(this.state());
  }

  trimmed(partition: number, offset: number): void {
    if (partition !== PARTITION) return;
    this.#logger.error(
      { topic: this.#topic, start: offset },
      'the beginning of the configuration topic was deleted; make sure that its cleanup.policy is compact',
    );
    (this.#next ?? this.#view).trim(offset);
    if (this.#next === undefined) this.#checkLost();
  }

  damaged(partition: number, from: number, to: number, reason: string): void {
    this.#unreadable.batch(partition, from, to, reason);
  }

  #take(record: LogRecord): void {
    const { offset } = record;
    for (const watch of this.#watches) if (watch.offset === offset) watch.seen = true;
    const read = readConfigRecord(record.key, record.value);
    const changed = (this.#next ?? this.#view).apply(read, offset);
    if (read.kind === 'unreadable') {
      this.#unreadable.record(record, read.why);
      if (this.#next === undefined) this.#checkLost();
    }
    if (changed && this.#next === undefined) this.listener?.changed(this.state());
    if (read.kind === 'order' && offset >= this.#liveFrom) this.listener?.ordered(read.order);
  }

  #checkLost(): void {
    const lost = this.#view.lost();
    if (lost.length === 0) return;
    const names = [...new Set(lost.map((write) => ('name' in write ? write.name : '')))];
    this.#logger.error(
      { topic: this.#topic, lost: names },
      'the configuration topic lost what this worker still knows; it is written again',
    );
    this.#lost();
  }
}
