/** A Prometheus histogram that takes a whole batch at once: prom-client's own would cost a map look-up a record. */
import type { BatchSegment, RecordBatch } from '../../shared/records.ts';

const BUCKETS_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 21_600, 86_400];
/** Bucket `i` holds ages above `EDGES_MS[i]`, up to and with `EDGES_MS[i + 1]`. */
const EDGES_MS = [
  Number.NEGATIVE_INFINITY,
  ...BUCKETS_SECONDS.map((seconds) => seconds * 1000),
  Number.POSITIVE_INFINITY,
];

type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly labels: Labels;
  /** One count a bucket, not cumulative; the last is what is older than all. */
  readonly counts: Float64Array;
  sumMs: number;
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
      series = { labels, counts: new Float64Array(BUCKETS_SECONDS.length + 1), sumMs: 0 };
      this.#series.set(key, series);
    }
    for (const segment of batch.segments) count(series, segment, now);
  }

  /** What prom-client's registry renders. */
  get(): { name: string; help: string; type: string; aggregator: string; values: object[] } {
    const values: object[] = [];
    for (const { labels, counts, sumMs } of this.#series.values()) {
      let cumulative = 0;
      for (const [index, count] of counts.entries()) {
        cumulative += count;
        const le = BUCKETS_SECONDS[index] ?? '+Inf';
        values.push({ metricName: `${this.name}_bucket`, labels: { ...labels, le }, value: cumulative });
      }
      values.push({ metricName: `${this.name}_sum`, labels, value: sumMs / 1000 });
      values.push({ metricName: `${this.name}_count`, labels, value: cumulative });
    }
    return { name: this.name, help: this.help, type: this.type, aggregator: this.aggregator, values };
  }

  /** Takes out every series that has all of `labels`. */
  remove(labels: Labels): void {
    const wanted = Object.entries(labels);
    for (const [key, series] of this.#series) {
      if (wanted.every(([label, value]) => series.labels[label] === value)) this.#series.delete(key);
    }
  }

  reset(): void {
    this.#series.clear();
  }
}

/** Neighbours mostly fall into one bucket: each record is held against the edges of the last one's, which costs next to nothing. */
function count(series: Series, { block: { timestamps }, from, to }: BatchSegment, now: number): void {
  let bucket = 0;
  let above = EDGES_MS[0] ?? 0;
  let upTo = above;
  let inBucket = 0;
  let sumMs = 0;
  for (let index = from; index < to; index++) {
    const age = now - (timestamps[index] ?? now);
    if (age > 0) sumMs += age;
    if (age <= above || age > upTo) {
      series.counts[bucket] = (series.counts[bucket] ?? 0) + inBucket;
      inBucket = 0;
      bucket = 0;
      while (age > (EDGES_MS[bucket + 1] ?? age)) bucket++;
      above = EDGES_MS[bucket] ?? 0;
      upTo = EDGES_MS[bucket + 1] ?? 0;
    }
    inBucket++;
  }
  series.counts[bucket] = (series.counts[bucket] ?? 0) + inBucket;
  series.sumMs += sumMs;
}
