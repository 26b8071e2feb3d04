import { BlockBuilder } from '../../../shared/envelope/block-builder.ts';
import { FatalError } from '../../../shared/errors.ts';
import type { KafkaAdmin, KafkaDriver, ProducerRecord } from '../../../shared/kafka/driver.ts';
import type { RecordBlock } from '../../../shared/records.ts';

/** So many records come with one fetch. */
const PAGE_RECORDS = 3;

/** Topics in memory, as clients of Kafka see them; every offset is a record. */
export class MemoryTopics {
  readonly #topics = new Map<string, ProducerRecord[][]>();
  /** Committed offset and metadata, by `group/topic/partition`. */
  readonly #committed = new Map<string, { offset: number; metadata: string }>();
  /** Called before each `send`; what it throws is what the producer does, after the record was written where `lostAnswer` is set. */
  refuseSend: (() => Error | undefined) | undefined;
  /** Whether a refused send has written all the same. */
  lostAnswer = false;
  /** Pages that were read, over all readers. */
  pagesRead = 0;
  /** Clients that are open. */
  open = 0;

  create(topic: string, partitions: number): void {
    this.#topics.set(
      topic,
      Array.from({ length: partitions }, () => []),
    );
  }

  write(topic: string, partition: number, ...records: readonly ProducerRecord[]): void {
    this.#log(topic, partition).push(...records);
  }

  records(topic: string, partition: number): readonly ProducerRecord[] {
    return this.#log(topic, partition);
  }

  commit(group: string, topic: string, partition: number, offset: number, metadata = ''): void {
    this.#committed.set(`${group}/${topic}/${partition}`, { offset, metadata });
  }

  /** What is asked of groups and topics; the rest is not there. */
  admin(): KafkaAdmin {
    const admin: Pick<KafkaAdmin, 'listTopics' | 'describeTopics' | 'listOffsets' | 'committedOffsets' | 'close'> = {
      listTopics: async () => [...this.#topics.keys()],
      describeTopics: async (names) =>
        names.flatMap((name) => {
          const logs = this.#topics.get(name);
          return logs === undefined ? [] : [{ name, partitions: logs.map((_, id) => id) }];
        }),
      listOffsets: async (topic, at) => {
        const logs = this.#topics.get(topic);
        if (logs === undefined) throw new FatalError('TOPIC_MISSING', `no such topic: ${topic}`);
        return new Map(logs.map((log, id) => [id, offsetAt(log, at)]));
      },
      committedOffsets: async (group, topic) =>
        new Map(
          (this.#topics.get(topic) ?? []).flatMap((_, id) => {
            const found = this.#committed.get(`${group}/${topic}/${id}`);
            return found === undefined ? [] : [[id, found] as const];
          }),
        ),
      close: async () => undefined,
    };
    return admin as KafkaAdmin;
  }

  driver(): Pick<KafkaDriver, 'producer' | 'reader'> {
    return {
      producer: () => {
        this.open++;
        return {
          send: async (topic, partition, records) => {
            const refusal = this.refuseSend?.();
            if (refusal === undefined || this.lostAnswer) this.write(topic, partition ?? 0, ...records);
            if (refusal !== undefined) throw refusal;
          },
          close: async () => void this.open--,
        };
      },
      reader: () => {
        this.open++;
        return {
          read: async (topic, partition, from, count) => {
            const log = this.#log(topic, partition);
            if (from > log.length) throw new FatalError('OFFSET_OUT_OF_RANGE', `no offset ${from}`);
            const block = blockOf(topic, partition, log, from, count);
            return block.count === 0 ? [] : [{ block, from: 0, to: block.count }];
          },
          page: async (topic, partition, from) => {
            this.pagesRead++;
            const block = blockOf(topic, partition, this.#log(topic, partition), from, PAGE_RECORDS);
            return { blocks: [block], nextOffset: from + block.count };
          },
          close: async () => void this.open--,
        };
      },
    };
  }

  #log(topic: string, partition: number): ProducerRecord[] {
    const log = this.#topics.get(topic)?.[partition];
    if (log === undefined) throw new FatalError('TOPIC_MISSING', `no partition ${topic}-${partition}`);
    return log;
  }
}

function offsetAt(log: readonly ProducerRecord[], at: 'earliest' | 'latest' | number): number {
  if (at === 'earliest') return 0;
  const found = at === 'latest' ? -1 : log.findIndex(({ timestamp }) => timestamp >= at);
  return found === -1 ? log.length : found;
}

function blockOf(
  topic: string,
  partition: number,
  log: readonly ProducerRecord[],
  from: number,
  count: number,
): RecordBlock {
  const builder = new BlockBuilder({ topic, partition });
  for (const [index, record] of log.slice(from, from + count).entries()) {
    builder.add({ offset: from + index, ...record });
  }
  return builder.build();
}
