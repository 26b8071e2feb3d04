/** A Prometheus histogram that takes a whole batch at once: prom-client's own would cost a map look-up a record. */
import type { RecordBatch } from '../../shared/records.ts';

const BUCKETS_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 21_600, 86_400];

type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly labels: Labels;
  /** One count a bucket, not cumulative; the last is what is older than all. */
  readonly counts: Float64Array;
  sum: number;
}

/** Ages of records, from record time to `now`; a record time in the future counts as age 0. Fits prom-client's registry. */
export class AgeHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #series = new Map<string, Series>();

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  observe(labels: Labels, batch: RecordBatch, now: number): void {
    const key = JSON.stringify(labels);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels, counts: new Float64Array(BUCKETS_SECONDS.length + 1), sum: 0 };
      this.#series.set(key, series);
    }
    for (const { block, from, to } of batch.segments) {
      for (let index = from; index < to; index++) {
        const age = Math.max(0, now - (block.timestamps[index] ?? now)) / 1000;
        let bucket = 0;
        while (bucket < BUCKETS_SECONDS.length && age > (BUCKETS_SECONDS[bucket] ?? 0)) bucket++;
        series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
        series.sum += age;
      }
    }
  }

  /** What prom-client's registry renders. */
  get(): { name: string; help: string; type: string; aggregator: string; values: object[] } {
    const values: object[] = [];
    for (const { labels, counts, sum } of this.#series.values()) {
      let cumulative = 0;
      for (const [index, count] of counts.entries()) {
        cumulative += count;
        const le = BUCKETS_SECONDS[index] ?? '+Inf';
        values.push({ metricName: `${this.name}_bucket`, labels: { ...labels, le }, value: cumulative });
      }
      values.push({ metricName: `${this.name}_sum`, labels, value: sum });
      values.push({ metricName: `${this.name}_count`, labels, value: cumulative });
    }
    return { name: this.name, help: this.help, type: this.type, aggregator: this.aggregator, values };
  }

  reset(): void {
    this.#series.clear();
  }
}
