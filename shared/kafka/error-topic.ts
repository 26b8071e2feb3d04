/** Writes errant records to the error topic, as Kafka Connect's dead letter queue does. */
import type { Clock } from '../clock.ts';
import type { ErrantRecord, ErrantReporter } from '../errant.ts';
import { RecordError } from '../errors.ts';
import { type FailureNote, noteHeaders } from '../failure-note.ts';
import { keyAt, offsetAt, valueAt } from '../records.ts';
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

function noteOf({ block, index, reason }: ErrantRecord, { connector, task, sinkClass }: ErrorTopicDeps): FailureNote {
  return {
    topic: block.topic,
    partition: block.partition,
    offset: offsetAt(block, index),
    timestamp: block.timestamps[index] ?? 0,
    connector,
    task,
    sinkClass,
    ...reason,
  };
}

/** A reporter whose `report` resolves when all in-sync replicas of the error topic have every record. Key, value and headers are
 *  written byte for byte; the timestamp is the current time, so that retention does not take an old record away at once. A record that is too
 *  large for the topic when it comes alone is written without stack trace and log. */
export function createErrorTopicWriter(deps: ErrorTopicDeps): ErrantReporter {
  const asRecord = (errant: ErrantRecord): ProducerRecord => ({
    key: keyAt(errant.block, errant.index),
    value: valueAt(errant.block, errant.index),
    headers: [...errant.block.headersOf(errant.index), ...noteHeaders(noteOf(errant, deps))],
    timestamp: deps.clock.now(),
  });
  return {
    async report(records) {
      if (records.length === 0) return;
      try {
        await deps.producer.send(deps.topic, undefined, records.map(asRecord));
      } catch (thrown) {
        const [record, ...others] = records;
        if (!(thrown instanceof RecordError) || record === undefined || others.length > 0 || !isLong(record))
          throw thrown;
        await deps.producer.send(deps.topic, undefined, [asRecord(short(record))]);
      }
    },
  };
}

/** Whether its note has more than what happened: up to 12 KB, that must not be what keeps a record out of the topic. */
function isLong({ reason }: ErrantRecord): boolean {
  return reason.stack !== undefined || reason.functionLog !== undefined;
}

function short({ block, index, reason }: ErrantRecord): ErrantRecord {
  return { block, index, reason: { ...reason, stack: undefined, functionLog: undefined } };
}
