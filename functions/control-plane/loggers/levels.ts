/** Levels of loggers in the words of Kafka Connect, and which lines each lets through. Pure. */

/** A line is logged at one of these. */
export type LineLevel = 'debug' | 'info' | 'warn' | 'error';

/** Log4j's. Spillway logs nothing at TRACE or FATAL: the first says what DEBUG says, the last what OFF says. */
export type Level = 'ALL' | 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL' | 'OFF';

/** Gravity from which on lines are logged. */
const FROM: Readonly<Record<Level, number>> = {
  ALL: 0,
  TRACE: 10,
  DEBUG: 20,
  INFO: 30,
  WARN: 40,
  ERROR: 50,
  FATAL: 60,
  OFF: Number.POSITIVE_INFINITY,
};

const GRAVITY: Readonly<Record<LineLevel, number>> = { debug: 20, info: 30, warn: 40, error: 50 };

/** In any case; undefined for what is none. */
export function levelNamed(text: string): Level | undefined {
  const word = text.trim().toUpperCase();
  return Object.hasOwn(FROM, word) ? (word as Level) : undefined;
}

export function letsThrough(level: Level, line: LineLevel): boolean {
  return GRAVITY[line] >= FROM[level];
}
