/** How far a redrive is, for a person: a bar on a terminal, plain lines elsewhere. */
import { SingleBar } from 'cli-progress';
import type { RedriveProgress } from '../../functions/dispatcher/redrive/redrive.ts';
import type { Progress } from '../progress.ts';

const TERMINAL_INTERVAL_MS = 250;
const LINES_INTERVAL_MS = 5_000;

/** Draws until `stop` is called. `progress` is asked at every draw. Writes to standard error. */
export function showRedriveProgress(progress: () => RedriveProgress, topic: string, terminal: boolean): Progress {
  const text = ({ done, total, sent }: RedriveProgress) =>
    `${topic}  ${done} of ${total} offsets  ${sent} records sent`;
  if (!terminal) {
    let last = '';
    const draw = () => {
      const line = text(progress());
      if (line !== last) process.stderr.write(`${line}\n`);
      last = line;
    };
    const timer = setInterval(draw, LINES_INTERVAL_MS);
    return {
      stop: () => {
        clearInterval(timer);
        draw();
      },
    };
  }
  const bar = new SingleBar({
    format: '{bar} {text}',
    barsize: 24,
    hideCursor: true,
    stream: process.stderr,
    emptyOnZero: true,
  });
  bar.start(1, 0, { text: text(progress()) });
  const draw = () => {
    const now = progress();
    bar.setTotal(Math.max(1, now.total));
    bar.update(now.done, { text: text(now) });
  };
  const timer = setInterval(draw, TERMINAL_INTERVAL_MS);
  return {
    stop: () => {
      clearInterval(timer);
      draw();
      bar.stop();
    },
  };
}
