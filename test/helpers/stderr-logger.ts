import type { Logger } from '../../shared/logger.ts';

const print = (_fields: object, message: string) => void process.stderr.write(`${message}\n`);

/** Sentences of `info` and above on standard error, for what a person who runs the tests should see. */
export const stderrLogger: Logger = {
  debug: () => undefined,
  info: print,
  warn: print,
  error: print,
  child: () => stderrLogger,
};
