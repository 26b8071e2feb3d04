/** Writes puts in the background, in order, and tries again until they are confirmed. Only the last put of each key is written. */
import { aborted } from '../../../shared/aborted.ts';
import { backoffMs } from '../../../shared/backoff.ts';
import type { Clock } from '../../../shared/clock.ts';
import { FatalError, RetriableError, toError } from '../../../shared/errors.ts';
import { KafkaCode, kafkaErrorName } from '../../../shared/kafka/error-codes.ts';
import type { KeyedRecord, LogWriter } from '../../../shared/kafka/log/log-writer.ts';
import type { Logger } from '../../../shared/logger.ts';
import { statusKeyText, statusValueOf } from './status-records.ts';
import type { Put, StatusView } from './status-view.ts';

const BACKOFF = { baseMs: 100, maxMs: 5_000 };
/** Bytes of values in one request, below the default `max.message.bytes` of a topic; less where a topic takes less. */
const REQUEST_BYTES = 512 * 1024;
const TOO_LARGE: ReadonlySet<string> = new Set(
  [KafkaCode.messageTooLarge, KafkaCode.recordListTooLarge].map(kafkaErrorName),
);
/** What fails less often passes by itself. */
const SAY_AFTER = 3;

/** A put on its way. */
type Outgoing = KeyedRecord & { readonly put: Put };

export interface StatusWriterDeps {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

export class StatusWriter {
  readonly #log: Pick<LogWriter, 'append' | 'close'>;
  readonly #view: Pick<StatusView, 'isWanted' | 'confirmed'>;
  readonly #deps: StatusWriterDeps;
  readonly #closed = new AbortController();
  /** By key, in the order to write them. */
  readonly #queue = new Map<string, Put>();
  #writing: Promise<void> | undefined;
  #requestBytes = REQUEST_BYTES;

  constructor(
    log: Pick<LogWriter, 'append' | 'close'>,
    view: Pick<StatusView, 'isWanted' | 'confirmed'>,
    deps: StatusWriterDeps,
  ) {
    this.#log = log;
    this.#view = view;
    this.#deps = deps;
  }

  enqueue(put: Put): void {
    const text = statusKeyText(put.key);
    // At the end again: the order of what is written is that of the last puts.
    this.#queue.delete(text);
    this.#queue.set(text, put);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when all that was enqueued is confirmed, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    const limit = new AbortController();
    const cancel = this.#deps.clock.after(timeoutMs, () => limit.abort());
    const over = aborted(AbortSignal.any([limit.signal, this.#closed.signal]));
    while (this.#writing !== undefined && !limit.signal.aborted && !this.#closed.signal.aborted)
      await Promise.race([this.#writing, over]);
    cancel();
  }

  /** What is not confirmed by now is not written. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.#log.close();
    await this.#writing;
  }

  async #write(): Promise<void> {
    // What is put in the same turn goes together.
    await Promise.resolve();
    let failures = 0;
    while (this.#queue.size > 0 && !this.#closed.signal.aborted) {
      const records = this.#nextRecords();
      if (records.length === 0) continue;
      try {
        await this.#log.append(records, (run, first) => this.#confirm(run, first));
        if (failures >= SAY_AFTER) this.#deps.logger.info({}, 'statuses can be written again');
        failures = 0;
      } catch (thrown) {
        if (this.#closed.signal.aborted) return;
        if (thrown instanceof FatalError && TOO_LARGE.has(thrown.code)) {
          this.#tooLarge(records, thrown);
          continue;
        }
        failures++;
        await this.#failed(thrown, failures);
      }
    }
  }

  /** The oldest of the queue that fit into one request. */
  #nextRecords(): Outgoing[] {
    const records: Outgoing[] = [];
    let bytes = 0;
    for (const [text, put] of this.#queue) {
      if (!this.#view.isWanted(put)) {
        this.#queue.delete(text);
        continue;
      }
      const { key, entry } = put;
      const value = entry === null ? null : Buffer.from(JSON.stringify(statusValueOf(key, entry)));
      bytes += value?.length ?? 0;
      if (bytes > this.#requestBytes && records.length > 0) break;
      records.push({ put, key: Buffer.from(text), value, headers: [], timestamp: this.#deps.clock.now() });
    }
    return records;
  }

  #confirm(records: readonly Outgoing[], first: { readonly partition: number; readonly offset: number }): void {
    records.forEach(({ put }, i) => {
      const text = statusKeyText(put.key);
      if (this.#queue.get(text) === put) this.#queue.delete(text);
      this.#view.confirmed(put, { partition: first.partition, offset: first.offset + i });
    });
  }

  /** What the topic will never take must not keep back what comes after it. */
  #tooLarge(records: readonly Outgoing[], { code, message }: FatalError): void {
    const [first, ...more] = records;
    if (more.length > 0) {
      const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
      this.#requestBytes = Math.floor(bytes / 2);
    } else if (first !== undefined) {
      const key = statusKeyText(first.put.key);
      if (this.#queue.get(key) === first.put) this.#queue.delete(key);
      this.#deps.logger.error(
        { key, code, reason: message },
        'a status is larger than its topic takes, and is not written: raise max.message.bytes',
      );
    }
  }

  async #failed(thrown: unknown, failures: number): Promise<void> {
    const { clock, random, logger } = this.#deps;
    const error = toError(thrown);
    const code = error instanceof RetriableError || error instanceof FatalError ? error.code : error.name;
    if (failures === SAY_AFTER || (failures === 1 && !(error instanceof RetriableError)))
      logger.error({ code, reason: error.message }, 'statuses cannot be written; it is tried again');
    await clock.sleep(backoffMs(failures, BACKOFF, random), this.#closed.signal).catch(() => undefined);
  }
}
