/** Writes errant records to the error topic, as Kafka Connect's dead letter queue does. */
import type { Clock } from '../clock.ts';
import type { ErrantRecord, ErrantReporter } from '../errant.ts';
import { keyAt, offsetAt, type RecordHeader, valueAt } from '../records.ts';
import type { KafkaProducer, ProducerRecord } from './driver.ts';

export interface ErrorTopicDeps {
  readonly producer: KafkaProducer;
  readonly topic: string;
  readonly connector: string;
  readonly task: number;
  /** What `class.name` says: the sink that refused the record. */
  readonly sinkClass: string;
  readonly clock: Clock;
}

/** Source: `DeadLetterQueueReporter` of apache/kafka; `timestamp` is ours, since the record itself is written with the current time. */
const PREFIX = '__connect.errors.';
/** Ours: the stable code, which tools branch on instead of the message. */
const CODE_HEADER = 'spillway.error.code';

/** Context headers of one errant record, after its own: text values in UTF-8, as Connect writes them. */
function contextHeaders(
  { block, index, reason }: ErrantRecord,
  { connector, task, sinkClass }: ErrorTopicDeps,
): RecordHeader[] {
  const texts: readonly (readonly [string, string | null])[] = [
    ['topic', block.topic],
    ['partition', String(block.partition)],
    ['offset', String(offsetAt(block, index))],
    ['connector.name', connector],
    ['task.id', String(task)],
    ['stage', reason.stage],
    ['class.name', sinkClass],
    ['exception.class.name', reason.errorClass],
    ['exception.message', reason.message],
    ['exception.stacktrace', reason.stack ?? null],
    ['timestamp', String(block.timestamps[index] ?? 0)],
  ];
  const code = { key: CODE_HEADER, value: Buffer.from(reason.code) };
  return [
    ...texts.map(([name, text]) => ({ key: PREFIX + name, value: text === null ? null : Buffer.from(text) })),
    code,
  ];
}

/** A reporter whose `report` resolves when all in-sync replicas of the error topic have every record. Key, value and headers are
 *  written byte for byte; the timestamp is the current time, so that retention does not take an old record away at once. */
export function createErrorTopicWriter(deps: ErrorTopicDeps): ErrantReporter {
  const asRecord = (errant: ErrantRecord): ProducerRecord => ({
    key: keyAt(errant.block, errant.index),
    value: valueAt(errant.block, errant.index),
    headers: [...errant.block.headersOf(errant.index), ...contextHeaders(errant, deps)],
    timestamp: deps.clock.now(),
  });
  return {
    async report(records) {
      if (records.length > 0) await deps.producer.send(deps.topic, undefined, records.map(asRecord));
    },
  };
}
