/** What a program that is measured tells of itself, as one line of JSON on standard output. */
import { existsSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Measured {
  readonly records: number;
  readonly seconds: number;
  /** User and system time of all threads. */
  readonly cpuSeconds: number;
  /** Of the process's whole life. */
  readonly peakRssBytes: number;
  /** The longest time that the event loop was late, whoever had the processor in the meantime. */
  readonly longestStallMs: number;
}

const RESOLUTION_MS = 10;

/** Measures `work`, which answers how many records it saw. Modules are loaded by then; what warms up, warms up in it. */
export async function measure(work: () => Promise<number>): Promise<Measured> {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const records = await work();
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startedAt) / 1000;
  delays.disable();
  return {
    records,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakRssBytes: peakRssBytes(),
    // The histogram holds the time from one look to the next.
    longestStallMs: Math.max(0, delays.max / 1e6 - RESOLUTION_MS),
  };
}

const STATUS = '/proc/self/status';

/** Linux begins what `resourceUsage` tells with the peak of the process that started this one: that of the bench itself, which fills topics. */
function peakRssBytes(): number {
  const kib = existsSync(STATUS) ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(STATUS, 'utf8'))?.[1] : undefined;
  return 1024 * (kib === undefined ? process.resourceUsage().maxRSS : Number(kib));
}

/** Tells the program that started this one. */
export function tell(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
