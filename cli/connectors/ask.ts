/** Asking a person before something that cannot be undone. */
import { createInterface } from 'node:readline/promises';
import { ConfigError } from '../../shared/errors.ts';

/** Whether a person at the terminal says yes. With `yes` nobody is asked.
 *  @param what completes "This": `deletes orders`
 *  @throws ConfigError where there is nobody to ask */
export async function confirmed(what: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    const message = `This ${what}, and there is nobody to ask: add it if that is meant`;
    throw new ConfigError([{ key: '--yes', message }], 'connectors');
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`This ${what}. Go on? [y/N] `).catch(endedByHand);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}

/** Ctrl-C is a no. */
function endedByHand(thrown: unknown): string {
  if (!(thrown instanceof Error) || thrown.name !== 'AbortError') throw thrown;
  process.stderr.write('\n');
  return 'no';
}
