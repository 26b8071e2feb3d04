/** How far a run is, for a person: one bar a connector on a terminal, plain lines elsewhere. */
import { MultiBar, type SingleBar } from 'cli-progress';
import type { ConnectorStatus } from '../functions/dispatcher/connector-contract.ts';

const TERMINAL_INTERVAL_MS = 250;
const LINES_INTERVAL_MS = 5_000;
/** A rate over less than this says nothing. */
const LEAST_INTERVAL_MS = 900;

/** Draws until `stop` is called. */
export interface Progress {
  stop(): void;
}

/** `statuses` is asked at every draw. Writes to standard error. */
export function showProgress(statuses: () => readonly ConnectorStatus[], terminal: boolean): Progress {
  const rates = new RateMeter();
  if (!terminal) {
    let last = '';
    const draw = () => {
      for (const status of statuses()) {
        const line = describe(status, rates.of(status));
        if (line !== last) process.stderr.write(`${line}\n`);
        last = line;
      }
    };
    const timer = setInterval(draw, LINES_INTERVAL_MS);
    return { stop: () => clearInterval(timer) };
  }
  const bars = new MultiBar({
    format: '{bar} {text}',
    barsize: 24,
    hideCursor: true,
    stream: process.stderr,
    emptyOnZero: true,
  });
  const byName = new Map<string, SingleBar>();
  const draw = () => {
    for (const status of statuses()) {
      const { polled } = status.totals;
      const done = polled - inFlight(status);
      const text = describe(status, rates.of(status));
      const bar = byName.get(status.name) ?? bars.create(1, 0, { text });
      byName.set(status.name, bar);
      bar.setTotal(Math.max(1, done + status.lag));
      bar.update(done, { text });
    }
  };
  const timer = setInterval(draw, TERMINAL_INTERVAL_MS);
  return {
    stop: () => {
      clearInterval(timer);
      draw();
      bars.stop();
    },
  };
}

function inFlight({ totals }: ConnectorStatus): number {
  return totals.polled - totals.filtered - totals.written - totals.errant - totals.dropped - totals.released;
}

function describe({ name, totals, lag, tasks }: ConnectorStatus, perSecond: number): string {
  const count = (value: number) => value.toLocaleString('en-US');
  const failed = tasks.filter(({ state }) => state === 'failed').length;
  return [
    name,
    `${count(totals.written)} written`,
    `${count(Math.round(perSecond))}/s`,
    `lag ${count(lag)}`,
    `${count(totals.errant)} in error topics`,
    ...(failed > 0 ? [`${failed} of ${tasks.length} tasks failed`] : []),
  ].join('  ');
}

/** Records a second since the last look. */
class RateMeter {
  readonly #last = new Map<string, { at: number; settled: number; rate: number }>();

  of({ name, totals }: ConnectorStatus): number {
    const now = performance.now();
    const settled = totals.written + totals.errant + totals.dropped;
    const last = this.#last.get(name);
    if (last !== undefined && now - last.at < LEAST_INTERVAL_MS) return last.rate;
    const rate = last === undefined ? 0 : ((settled - last.settled) * 1000) / (now - last.at);
    this.#last.set(name, { at: now, settled, rate });
    return rate;
  }
}
