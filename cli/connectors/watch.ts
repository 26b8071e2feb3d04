/** Showing something again and again, until it is interrupted. */
import { type Command, InvalidArgumentError } from 'commander';
import { aborted } from '../../shared/aborted.ts';
import { systemClock } from '../../shared/clock.ts';
import { RetriableError } from '../../shared/errors.ts';
import { stopSignals } from '../stop-signals.ts';

export interface WatchOptions {
  readonly watch: boolean;
  /** Seconds. */
  readonly interval: number;
  readonly json: boolean;
}

const DEFAULT_INTERVAL_S = 2;
const LEAST_INTERVAL_S = 0.2;
const MOST_INTERVAL_S = 3_600;
/** Cursor to the top left, and all below it cleared: nothing flickers as after clearing all first. */
const TOP = '\u001b[H';
const CLEAR_REST = '\u001b[J';
const CLEAR_LINE_REST = '\u001b[K\n';
const CLEAR_ALL = '\u001b[2J';

/** Adds them to a command. */
export function withWatch(command: Command): Command {
  return command
    .option('-w, --watch', 'show it again and again, until interrupted', false)
    .option('--interval <seconds>', 'between two looks of --watch', intervalOf, DEFAULT_INTERVAL_S);
}

/** Prints what `look` answers: once, or with `watch` until SIGINT or SIGTERM. On a terminal each look takes the place of the last one; elsewhere, and as
 *  JSON, it is printed when it differs from it. An API that is out of reach for a while is told and asked again.
 *  @param look resolves with text that ends with a line break
 *  @throws what the first look throws, and later ones but RetriableError */
export async function show({ watch, interval, json }: WatchOptions, look: () => Promise<string>): Promise<void> {
  const first = await look();
  if (!watch) {
    process.stdout.write(first);
    return;
  }
  const screen = process.stdout.isTTY === true && !json;
  if (screen) process.stdout.write(CLEAR_ALL);
  let last = '';
  const draw = (text: string) => {
    if (screen) process.stdout.write(`${TOP}${fitting(text).replaceAll('\n', CLEAR_LINE_REST)}${CLEAR_REST}`);
    else if (text !== last) process.stdout.write(text);
    last = text;
  };
  draw(first);
  const signals = stopSignals(() => undefined);
  const stopped = aborted(signals.stop);
  try {
    for (;;) {
      await systemClock.sleep(interval * 1_000, signals.stop).catch(() => undefined);
      const next = await Promise.race([unlessOutOfReach(look, json), stopped]);
      if (next === undefined) return;
      draw(next);
    }
  } finally {
    signals.dispose();
  }
}

async function unlessOutOfReach(look: () => Promise<string>, json: boolean): Promise<string> {
  try {
    return await look();
  } catch (thrown) {
    if (!(thrown instanceof RetriableError)) throw thrown;
    const { code, message } = thrown;
    return json ? `${JSON.stringify({ error: { code, message } })}\n` : `${code}: ${message}\n`;
  }
}

/** As many lines as the terminal has: more would scroll, and the next look begin in their midst. */
function fitting(text: string): string {
  const lines = text.split('\n');
  const most = process.stdout.rows - 1;
  // Some terminals do not say how high they are.
  if (!(most > 1) || lines.length <= most) return text;
  return `${lines.slice(0, most - 1).join('\n')}\n... ${lines.length - most} more lines\n`;
}

function intervalOf(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= LEAST_INTERVAL_S && seconds <= MOST_INTERVAL_S) return seconds;
  throw new InvalidArgumentError(`expected seconds from ${LEAST_INTERVAL_S} to ${MOST_INTERVAL_S}`);
}
