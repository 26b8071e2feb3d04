/** What memory does over the phases of a run, second by second. */
import type { Series } from '../report/line-chart.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { summary } from '../report/statistics.ts';
import type { SpillwayRun } from './spillway-run.ts';

interface Sample {
  /** Since the first phase began. */
  readonly second: number;
  readonly rss: number;
  readonly used: number;
  readonly written: number;
}

interface Phase {
  readonly name: string;
  readonly fromSecond: number;
  readonly samples: Sample[];
}

const EVERY_MS = 1_000;
const HEAD = ['Phase', 'seconds', 'RSS MB, median', 'peak', 'budget used MB, median', 'peak', 'records written'];

export class MemorySamples {
  readonly #startedAt = performance.now();
  readonly #phases: Phase[] = [];
  readonly #timer: NodeJS.Timeout;
  #busy = false;
  /** Seconds without an answer. */
  #missed = 0;

  constructor(private readonly run: SpillwayRun) {
    this.#timer = setInterval(() => void this.#sample(), EVERY_MS);
  }

  /** Samples from now on belong to `name`. */
  phase(name: string): void {
    this.#phases.push({ name, fromSecond: this.#second(), samples: [] });
  }

  /** Resolves after a last sample. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sample();
  }

  /** A line for each phase. */
  table(): string {
    const rows = this.#phases.map(({ name, samples }) => {
      const [rss, used] = [summary(samples.map((s) => s.rss / 1e6)), summary(samples.map((s) => s.used / 1e6))];
      const written = Math.max(0, ...samples.map((sample) => sample.written));
      return [
        name,
        ...[samples.length, rss.median, rss.most, used.median, used.most, written].map((n) => n.toFixed(0)),
      ];
    });
    const missed = this.#missed > 0 ? `\n${this.#missed} samples are missing: the worker did not answer` : '';
    return `${markdownTable(HEAD, rows)}${missed}`;
  }

  /** Every `seconds`-th second, a line each. */
  series(seconds: number): string {
    const rows = this.#all().filter((_, index) => index % seconds === 0);
    return markdownTable(
      ['second', 'RSS MB', 'budget used MB', 'records written'],
      rows.map(({ second, rss, used, written }) => [second, rss / 1e6, used / 1e6, written].map((n) => n.toFixed(0))),
    );
  }

  /** For a plot, in MB over seconds. */
  lines(): readonly Series[] {
    const all = this.#all();
    return [
      { name: 'resident memory', points: all.map(({ second, rss }) => ({ x: second, y: rss / 1e6 })) },
      { name: 'counted in the budget', points: all.map(({ second, used }) => ({ x: second, y: used / 1e6 })) },
    ];
  }

  marks(): { readonly x: number; readonly name: string }[] {
    return this.#phases.map(({ name, fromSecond }) => ({ x: fromSecond, name }));
  }

  #all(): Sample[] {
    return this.#phases.flatMap(({ samples }) => samples);
  }

  #second(): number {
    return (performance.now() - this.#startedAt) / 1_000;
  }

  async #sample(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const [rss, used, written] = await Promise.all([this.run.rssBytes(), this.run.usedBytes(), this.run.written()]);
      this.#phases.at(-1)?.samples.push({ second: this.#second(), rss, used, written });
    } catch {
      // A worker that has ended is told of elsewhere.
      this.#missed++;
    } finally {
      this.#busy = false;
    }
  }
}
