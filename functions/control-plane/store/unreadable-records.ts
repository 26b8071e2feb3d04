/** Says and counts what is in an internal topic and cannot be understood. */
import type { LogRecord } from '../../../shared/kafka/log/topic-listener.ts';
import type { Logger } from '../../../shared/logger.ts';

/** Lines of a topic that was filled by mistake; the count goes on. */
const SAID_AT_MOST = 100;
const SHOWN_CHARACTERS = 120;

export class UnreadableRecords {
  #count = 0;

  constructor(
    private readonly topic: string,
    private readonly logger: Logger,
  ) {}

  /** Records and batches that were passed over since the start. */
  get count(): number {
    return this.#count;
  }

  /** Passes over one record. Its value is not shown. */
  record({ partition, offset, key }: LogRecord, why: string): void {
    this.#count++;
    if (this.#count > SAID_AT_MOST) return;
    const { topic, logger } = this;
    logger.warn(
      { topic, partition, offset, key: shown(key), why, count: this.#count },
      'a record of an internal topic is not understood and passed over',
    );
    if (this.#count === SAID_AT_MOST)
      logger.warn({ topic, count: this.#count }, 'more such records are counted, and not named any more');
  }

  /** Passes over offsets `from` (inclusive) to `to` (exclusive). */
  batch(partition: number, from: number, to: number, why: string): void {
    this.#count++;
    this.logger.error(
      { topic: this.topic, partition, from, to, why, count: this.#count },
      'records of an internal topic are damaged and passed over; what they said is lost',
    );
  }
}

function shown(key: Buffer | null): string | null {
  if (key === null) return null;
  const text = key.toString('utf8');
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}...`;
}
