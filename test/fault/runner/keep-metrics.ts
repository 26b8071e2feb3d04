import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogLine } from './log-watch.ts';

const TIMEOUT_MS = 5_000;

/** Writes the metrics of every worker that runs now to `folder`: while something stands still they say why. */
export async function keepMetrics(lines: readonly LogLine[], folder: string): Promise<void> {
  const addresses = lines.flatMap(({ text }) => /"address":"([^"]+)".*"metrics and health"/.exec(text)?.[1] ?? []);
  await Promise.all(
    addresses.map(async (address, index) => {
      const answer = await fetch(`${address}/metrics`, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
        () => undefined,
      );
      // Those of workers that are gone do not answer.
      if (answer?.ok) await writeFile(join(folder, `metrics-${index}.txt`), await answer.text());
    }),
  );
}
