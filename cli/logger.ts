/** Logs of a command: JSON lines, or coloured ones for a person at a terminal; always on standard error. */
import pino from 'pino';
import pretty from 'pino-pretty';
import type { Logger } from '../shared/logger.ts';

/** Secrets are never given to it; `err` shows class, message and trace. */
export function createLogger(level: string, terminal: boolean): Logger {
  const options: pino.LoggerOptions = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!terminal) return pino(options, pino.destination({ dest: 2, sync: true }));
  return pino(options, pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' }));
}
