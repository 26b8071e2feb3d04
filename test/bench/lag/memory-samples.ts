/** What memory does over the phases of a run, second by second. */
import type { SpillwayRun } from './spillway-run.ts';

interface Sample {
  readonly rss: number;
  readonly used: number;
  readonly written: number;
}

const EVERY_MS = 1_000;

export class MemorySamples {
  readonly #phases: { readonly name: string; readonly samples: Sample[] }[] = [];
  readonly #timer: NodeJS.Timeout;
  #busy = false;
  /** Seconds without an answer. */
  #missed = 0;

  constructor(run: SpillwayRun) {
    this.#timer = setInterval(() => void this.#sample(run), EVERY_MS);
  }

  /** Samples from now on belong to `name`. */
  phase(name: string): void {
    this.#phases.push({ name, samples: [] });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Prints a line for each phase; answers the peak of all, in bytes. */
  print(): number {
    console.log('phase      seconds   RSS MB: median   peak     budget used MB: median   peak     records written');
    for (const { name, samples } of this.#phases) {
      const rss = column(samples, 'rss');
      const used = column(samples, 'used');
      const written = Math.max(0, ...samples.map((sample) => sample.written));
      console.log(
        `${name.padEnd(10)} ${cell(samples.length, 7)} ${cell(rss.median, 16)} ${cell(rss.peak, 6)} ${cell(used.median, 26)} ${cell(used.peak, 6)} ${cell(written, 19)}`,
      );
    }
    if (this.#missed > 0) console.log(`${this.#missed} samples are missing: the worker did not answer`);
    return Math.max(...this.#phases.flatMap(({ samples }) => samples.map(({ rss }) => rss)));
  }

  async #sample(run: SpillwayRun): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const [rss, used, written] = await Promise.all([run.rssBytes(), run.usedBytes(), run.written()]);
      this.#phases.at(-1)?.samples.push({ rss, used, written });
    } catch {
      // A worker that has ended is told of elsewhere.
      this.#missed++;
    } finally {
      this.#busy = false;
    }
  }
}

function column(samples: readonly Sample[], of: 'rss' | 'used'): { readonly median: number; readonly peak: number } {
  const sorted = samples.map((sample) => sample[of] / 1_000_000).sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, peak: sorted.at(-1) ?? 0 };
}

function cell(value: number, width: number): string {
  return value.toFixed(0).padStart(width);
}
