/** What can be watched: Prometheus metrics of every task in this process. Names are part of the contract and are under test. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CloseReason } from '../../shared/batcher.ts';
import type { RecordBatch, TopicPartition } from '../../shared/records.ts';
import { AgeHistogram } from './age-histogram.ts';
import { Ledger } from './ledger.ts';
import { type MemoryReadings, watchMemory } from './memory/memory-metrics.ts';
import { type GaugeSeries, PartitionGauge } from './partition-gauge.ts';
import { TargetMetrics } from './target-metrics.ts';
import { TaskSeries } from './task-series.ts';

/** Task states as `spillway_task_state` shows them. */
export const TASK_STATES = { stopped: 0, starting: 1, running: 2, failed: 3, paused: 4 } as const;
export type TaskState = keyof typeof TASK_STATES;

/** A partition as a scrape sees it. */
export interface PartitionReading extends TopicPartition {
  /** Delivered by Kafka and not settled yet, as the offset tracker counts them. */
  readonly inFlight: number;
  readonly lag: number;
  readonly pausedReason: string | undefined;
  readonly bufferBytes: number;
}

/** Where a scrape finds the present state of a task. */
export interface TaskReadings {
  readonly state: TaskState;
  partitions(): Iterable<PartitionReading>;
}

/** What delivery counts. */
export interface DeliveryMetrics {
  invoked(result: 'answered' | 'failed' | 'fatal', durationMs: number): void;
  retried(reason: string): void;
}

/** Metrics of one task. */
export interface TaskMetrics extends DeliveryMetrics {
  /** The ledger of `topic`, made on first use. */
  ledger(topic: string): Ledger;
  batchClosed(reason: CloseReason): void;
  written(batch: RecordBatch, now: number): void;
  watch(readings: TaskReadings): void;
  /** Records settled so far, over all topics: written, in an error topic, or dropped. */
  settled(): number;
  /** The task is started again after a failure with this code. */
  restarted(code: string): void;
  /** The task is gone from this process, and so is everything that was counted of it; nothing is counted after this. */
  remove(): void;
}

const LEDGER_METRICS = [
  ['polled', 'spillway_records_polled_total', 'Records that Kafka delivered.'],
  ['filtered', 'spillway_records_filtered_total', 'Records that a filter of the configuration left out.'],
  ['written', 'spillway_records_written_total', 'Records that the target confirmed.'],
  ['errant', 'spillway_records_errant_total', 'Records that the error topic confirmed.'],
  ['dropped', 'spillway_records_dropped_total', "Records dropped by the user's explicit choice."],
  ['released', 'spillway_records_released_total', 'Records handed back on a revoke or stop, to be read again.'],
  ['gap', 'spillway_records_gap_total', 'Offsets that Kafka deleted before they were read.'],
] as const;

interface TaskEntry {
  readonly labels: { readonly connector: string; readonly task: string };
  readonly ledgers: Map<string, Ledger>;
  readings: TaskReadings | undefined;
  readonly restartCodes: Set<string>;
  readonly series: TaskSeries;
}

/** More codes than any target has. */
const MOST_CODES = 50;

/** A function answers codes of its own invention: as a label they would have no bound. */
function boundedLabel(code: string, known: Set<string>): string {
  if (known.size >= MOST_CODES && !known.has(code)) return 'OTHER';
  known.add(code);
  return code;
}

/** All metrics of one process. */
export class Metrics {
  readonly registry = new Registry();
  readonly #tasks = new Set<TaskEntry>();
  readonly #invocations: Counter;
  readonly #invocationSeconds: Histogram;
  readonly #retries: Counter;
  readonly #closed: Counter;
  readonly #age: AgeHistogram;
  readonly #restarts: Counter;
  readonly targets = new TargetMetrics(this.registry);

  constructor(memory: MemoryReadings) {
    const registers = [this.registry];
    const task = ['connector', 'task'];
    for (const [field, name, help] of LEDGER_METRICS) {
      const tasks = this.#tasks;
      new Counter({
        name,
        help,
        labelNames: [...task, 'topic'],
        registers,
        // All collectors of a scrape run in one tick, so the ledgers are read at one moment.
        collect() {
          this.reset();
          for (const { labels, ledgers } of tasks) {
            for (const [topic, ledger] of ledgers) this.inc({ ...labels, topic }, ledger[field]);
          }
        },
      });
    }
    this.#add(
      new PartitionGauge('spillway_records_in_flight', 'Records delivered and not settled yet.', () =>
        this.#inFlight(),
      ),
    );
    this.#partitionGauge(
      'spillway_consumer_lag_records',
      'Offsets from the first unsettled record to the end.',
      ({ lag }) => ({ value: lag }),
    );
    this.#partitionGauge(
      'spillway_partition_paused',
      '1 while nothing is fetched, by reason.',
      ({ pausedReason: reason = '' }) => ({ value: reason === '' ? 0 : 1, reason }),
    );
    this.#partitionGauge('spillway_buffer_bytes', 'Encoded bytes held for the partition.', ({ bufferBytes }) => ({
      value: bufferBytes,
    }));
    const tasks = this.#tasks;
    new Gauge({
      name: 'spillway_task_state',
      help: '0 stopped, 1 starting, 2 running, 3 failed, 4 paused.',
      labelNames: task,
      registers,
      collect() {
        this.reset();
        for (const { labels, readings } of tasks) this.set({ ...labels }, TASK_STATES[readings?.state ?? 'stopped']);
      },
    });
    watchMemory(memory, this.registry);
    this.#invocations = new Counter({
      name: 'spillway_invocations_total',
      help: 'Calls of the sink function.',
      labelNames: [...task, 'sink', 'result'],
      registers,
    });
    this.#invocationSeconds = new Histogram({
      name: 'spillway_invocation_seconds',
      help: 'Duration of calls of the sink function.',
      labelNames: [...task, 'sink'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    });
    this.#retries = new Counter({
      name: 'spillway_retries_total',
      help: 'Batches sent again, by reason.',
      labelNames: [...task, 'reason'],
      registers,
    });
    this.#closed = new Counter({
      name: 'spillway_batches_closed_total',
      help: 'Batches closed, by what closed them.',
      labelNames: [...task, 'reason'],
      registers,
    });
    this.#restarts = new Counter({
      name: 'spillway_task_restarts_total',
      help: 'Failed tasks started again by themselves, by the code of the failure.',
      labelNames: [...task, 'reason'],
      registers,
    });
    this.#age = new AgeHistogram('spillway_record_age_seconds', 'Seconds from the record time to the confirmed write.');
    this.#add(this.#age);
  }

  /** Metrics of a task that is about to start. They go on where a task of the same name left off. */
  task(connector: string, task: number, sink: string): TaskMetrics {
    const labels = { connector, task: String(task) };
    const entry = this.#entry(labels);
    const { series } = entry;
    let isRemoved = false;
    return {
      ledger(topic) {
        let ledger = entry.ledgers.get(topic);
        if (ledger === undefined) {
          ledger = new Ledger();
          entry.ledgers.set(topic, ledger);
        }
        return ledger;
      },
      batchClosed: (reason) => series.inc(this.#closed, { reason }),
      written: (batch, now) => {
        if (!isRemoved) this.#age.observe({ ...labels, topic: batch.topic }, batch, now);
      },
      invoked: (result, durationMs) => {
        series.inc(this.#invocations, { sink, result });
        series.observe(this.#invocationSeconds, { sink }, durationMs / 1000);
      },
      retried: (reason) => series.inc(this.#retries, { reason }),
      watch(readings) {
        entry.readings = readings;
      },
      settled: () => {
        let sum = 0;
        for (const { written, errant, dropped } of entry.ledgers.values()) sum += written + errant + dropped;
        return sum;
      },
      restarted: (code) => series.inc(this.#restarts, { reason: boundedLabel(code, entry.restartCodes) }),
      remove: () => {
        isRemoved = true;
        this.#tasks.delete(entry);
        series.remove();
        this.#age.remove(labels);
      },
    };
  }

  #entry(labels: TaskEntry['labels']): TaskEntry {
    for (const known of this.#tasks) {
      if (known.labels.connector === labels.connector && known.labels.task === labels.task) return known;
    }
    const series = new TaskSeries(labels);
    const entry: TaskEntry = { labels, ledgers: new Map(), readings: undefined, restartCodes: new Set(), series };
    this.#tasks.add(entry);
    return entry;
  }

  /** Sums over all topics and tasks of a connector. */
  totals(connector: string): Ledger {
    const sum = new Ledger();
    for (const { labels, ledgers } of this.#tasks) {
      if (labels.connector !== connector) continue;
      for (const ledger of ledgers.values()) {
        for (const [field] of LEDGER_METRICS) sum[field] += ledger[field];
      }
    }
    return sum;
  }

  /** Prometheus text format. */
  render(): Promise<string> {
    return this.registry.metrics();
  }

  #add(metric: PartitionGauge | AgeHistogram): void {
    this.registry.registerMetric(metric as never);
  }

  /** A series for each partition; what `of` answers beside the value are labels. */
  #partitionGauge(
    name: string,
    help: string,
    of: (partition: PartitionReading) => { readonly value: number; readonly reason?: string },
  ): void {
    const tasks = this.#tasks;
    function* series(): Generator<GaugeSeries> {
      for (const { labels, readings } of tasks) {
        for (const reading of readings?.partitions() ?? []) {
          const { topic, partition } = reading;
          const { value, ...more } = of(reading);
          yield { labels: { ...labels, topic, partition, ...more }, value };
        }
      }
    }
    this.#add(new PartitionGauge(name, help, series));
  }

  /** By topic, also where none is in flight. */
  *#inFlight(): Generator<GaugeSeries> {
    for (const { labels, ledgers, readings } of this.#tasks) {
      const byTopic = new Map([...ledgers.keys()].map((topic) => [topic, 0]));
      for (const { topic, inFlight } of readings?.partitions() ?? []) {
        byTopic.set(topic, (byTopic.get(topic) ?? 0) + inFlight);
      }
      for (const [topic, value] of byTopic) yield { labels: { ...labels, topic }, value };
    }
  }
}
