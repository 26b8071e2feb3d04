/** Looks for one record in partitions of a topic, page by page, from where it may be on. */
import type { Clock } from '../../../shared/clock.ts';
import type { KafkaAdmin, KafkaReader } from '../../../shared/kafka/driver.ts';
import type { RecordBlock, TopicPartition } from '../../../shared/records.ts';

export interface LogScanDeps {
  readonly admin: Pick<KafkaAdmin, 'listOffsets'>;
  readonly reader: Pick<KafkaReader, 'page'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Remembers how far it looked: what it saw is not read again. */
export class LogScan<T> {
  readonly #positions: { readonly tp: TopicPartition; at: number }[];

  /** @param matches what is looked for in record `index` of `block`, or undefined */
  constructor(
    from: readonly (TopicPartition & { readonly offset: number })[],
    private readonly matches: (block: RecordBlock, index: number) => T | undefined,
    private readonly deps: LogScanDeps,
  ) {
    this.#positions = from.map(({ topic, partition, offset }) => ({ tp: { topic, partition }, at: offset }));
  }

  /** Looks on to the ends of now, but not past `deadlineAt` (epoch ms).
   *  @returns what was found; `absent` when all was looked through; `unknown` when time was up before
   *  @throws RetriableError when the cluster cannot be reached, FatalError when it refuses */
  async look(deadlineAt: number): Promise<{ readonly found: T } | 'absent' | 'unknown'> {
    const { admin, reader, clock } = this.deps;
    for (const position of this.#positions) {
      const { topic, partition } = position.tp;
      const end = (await admin.listOffsets(topic, 'latest')).get(partition) ?? 0;
      while (position.at < end) {
        if (clock.now() >= deadlineAt) return 'unknown';
        const { blocks, nextOffset } = await reader.page(topic, partition, position.at);
        for (const block of blocks) {
          for (let index = 0; index < block.count; index++) {
            const found = this.matches(block, index);
            if (found !== undefined) return { found };
          }
        }
        position.at = nextOffset;
      }
    }
    return 'absent';
  }
}
