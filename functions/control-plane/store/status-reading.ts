/** Turns what the status topic tells into a view of it, and notices what the topic lost. */
import type { Beginning, LogRecord, TopicListener } from '../../../shared/kafka/log/topic-listener.ts';
import type { Logger } from '../../../shared/logger.ts';
import { readStatusKey, readStatusValue } from './status-records.ts';
import type { StatusView } from './status-view.ts';
import { UnreadableRecords } from './unreadable-records.ts';

export class StatusReading implements TopicListener {
  readonly #topic: string;
  readonly #view: StatusView;
  readonly #logger: Logger;
  readonly #lost: () => void;
  readonly #unreadable: UnreadableRecords;
  /** What lies before was there before anybody here listened. By partition. */
  readonly #liveFrom = new Map<number, number>();
  /** Partitions that are read from their beginning because they are not what they were. */
  readonly #anew = new Set<number>();

  /** @param lost called when the topic lost what this worker may have put */
  constructor(topic: string, view: StatusView, logger: Logger, lost: () => void) {
    this.#topic = topic;
    this.#view = view;
    this.#logger = logger;
    this.#lost = lost;
    this.#unreadable = new UnreadableRecords(topic, logger);
  }

  /** Records and batches that were passed over. */
  get unreadable(): number {
    return this.#unreadable.count;
  }

  began(partition: number, why: Beginning, { start, end }: { readonly start: number; readonly end: number }): void {
    this.#liveFrom.set(partition, end);
    this.#view.began(partition);
    if (why === 'start') return;
    this.#anew.add(partition);
    this.#logger.warn(
      { topic: this.#topic, partition, why, start, end },
      'the status topic is not what was read any more; it is read from its beginning',
    );
  }

  records(partition: number, records: readonly LogRecord[]): void {
    for (const record of records) this.#take(partition, record);
  }

  reached(partition: number): void {
    this.#view.reached(partition);
    if (this.#anew.delete(partition)) this.#lost();
  }

  trimmed(partition: number, offset: number): void {
    this.#logger.warn(
      { topic: this.#topic, partition, start: offset },
      'the beginning of the status topic was deleted; this worker says again what it said',
    );
    this.#lost();
  }

  damaged(partition: number, from: number, to: number, reason: string): void {
    this.#unreadable.batch(partition, from, to, reason);
  }

  #take(partition: number, record: LogRecord): void {
    const key = readStatusKey(record.key);
    if (key === undefined) {
      this.#unreadable.record(record, 'no such key is known');
      return;
    }
    const entry = record.value === null ? null : readStatusValue(key.kind, record.value);
    if (entry === undefined) {
      this.#unreadable.record(record, `the value of a ${key.kind} was expected`);
      return;
    }
    const { offset } = record;
    this.#view.take(key, entry, { partition, offset }, offset >= (this.#liveFrom.get(partition) ?? 0));
  }
}
