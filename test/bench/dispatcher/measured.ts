/** What a program that is measured tells of itself, as one line of JSON on standard output. */

export interface Measured {
  readonly records: number;
  readonly seconds: number;
  /** User and system time. */
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** Measures `work`, which answers how many records it saw, and prints the result. */
export async function measure(work: () => Promise<number>): Promise<void> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const records = await work();
  const { user, system } = process.cpuUsage(before);
  const measured: Measured = {
    records,
    seconds: (performance.now() - startedAt) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}
