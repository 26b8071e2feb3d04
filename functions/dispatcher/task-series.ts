/** The series that one task has in prom-client's metrics, so that they go when the task does. */
import type { Counter, Histogram } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

export class TaskSeries {
  /** By metric: label sets, by their text. */
  readonly #used = new Map<Counter | Histogram, Map<string, Labels>>();
  #isRemoved = false;

  constructor(private readonly labels: Labels) {}

  /** @param more labels of the series, beside the task's */
  inc(counter: Counter, more: Labels): void {
    if (!this.#isRemoved) counter.inc(this.#note(counter, more));
  }

  observe(histogram: Histogram, more: Labels, value: number): void {
    if (!this.#isRemoved) histogram.observe(this.#note(histogram, more), value);
  }

  /** What comes after this, of a call that nobody waits for any more, is not counted. */
  remove(): void {
    this.#isRemoved = true;
    for (const [metric, used] of this.#used) for (const labels of used.values()) metric.remove({ ...labels });
    this.#used.clear();
  }

  #note(metric: Counter | Histogram, more: Labels): Labels {
    let used = this.#used.get(metric);
    if (used === undefined) {
      used = new Map();
      this.#used.set(metric, used);
    }
    const key = Object.values(more).join('\n');
    let labels = used.get(key);
    if (labels === undefined) {
      labels = { ...this.labels, ...more };
      used.set(key, labels);
    }
    return labels;
  }
}
