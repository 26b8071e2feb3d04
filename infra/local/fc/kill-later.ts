/** Kills an instance in the middle of a call, as a fault orders it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunFault } from './faults.ts';
import type { Instance } from './instance.ts';

type KillFault = Extract<RunFault, { kind: 'kill' | 'out-of-memory' }>;

const LOG_LOOKS_MS = 10;

/** Kills when the fault says so, unless `over` comes first; call it right before the handler is called. `logStart` is where the log of this call begins. */
export async function killLater(
  instance: Instance,
  logStart: number,
  fault: KillFault,
  over: AbortSignal,
): Promise<void> {
  const line = fault.kind === 'kill' ? fault.atLine : undefined;
  try {
    while (line !== undefined && !instance.logFrom(logStart, Number.MAX_SAFE_INTEGER).includes(line)) {
      await sleep(LOG_LOOKS_MS, undefined, { signal: over });
    }
    // At once is before the handler is called: it may be a quick one.
    if (fault.afterMs > 0) await sleep(fault.afterMs, undefined, { signal: over });
    instance.kill();
  } catch (thrown) {
    if (!over.aborted) throw thrown;
  }
}
