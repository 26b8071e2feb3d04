/** Logs of a command: JSON lines, or coloured ones for a person at a terminal; always on standard error. */
import pino from 'pino';
import pretty from 'pino-pretty';
import type { Logger } from '../shared/logger.ts';

/** Where lines of JSON go. */
type LogLines = pino.DestinationStream;

/** Standard error, whole lines at a time. */
export function standardError(terminal: boolean): LogLines {
  if (!terminal) return pino.destination({ dest: 2, sync: true });
  return pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' });
}

/** To standard error, as `loggerTo`. */
export function createLogger(level: string, terminal: boolean): Logger {
  return loggerTo(standardError(terminal), level);
}

/** Secrets are never given to it; `err` shows class, message and trace. */
export function loggerTo(lines: LogLines, level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, lines);
}
