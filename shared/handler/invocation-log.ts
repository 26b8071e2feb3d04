/** What our code logs, as lines of whoever takes lines. */
import type { Logger } from '../logger.ts';
import type { LineLogger } from './function-context.ts';

/** Where nobody takes lines. */
export const SILENT: LineLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A logger to `lines`: the sentence, then its fields as JSON. */
export function logTo(lines: LineLogger, fixed: object = {}): Logger {
  const lineOf = (fields: object, message: string) => `${message} ${JSON.stringify({ ...fixed, ...fields })}`;
  return {
    debug: (fields, message) => lines.debug(lineOf(fields, message)),
    info: (fields, message) => lines.info(lineOf(fields, message)),
    warn: (fields, message) => lines.warn(lineOf(fields, message)),
    error: (fields, message) => lines.error(lineOf(fields, message)),
    child: (fields) => logTo(lines, { ...fixed, ...fields }),
  };
}
