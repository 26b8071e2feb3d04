import type { Logger } from '../../shared/logger.ts';

/** A line as it was logged: its fields, those of its loggers, level and message. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A logger, and what was logged through it and its children. */
export function recordedLines(): { readonly lines: Line[]; readonly logger: Logger } {
  const lines: Line[] = [];
  return { lines, logger: recording(lines, {}) };
}

function recording(lines: Line[], base: object): Logger {
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ ...base, ...fields, level, message });
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => recording(lines, { ...base, ...fields }),
  };
}
