/** What a function says of its own failure, as an error topic can hold it: a function may say anything, and a record has a size to keep. Pure. */

/** Characters of each. */
const MAX_CLASS = 200;
const MAX_MESSAGE = 2_000;
const MAX_TRACE = 8_000;

/** Name of the error's class. */
export function boundedClass(text: string): string {
  return bounded(text, MAX_CLASS);
}

/** Its message. */
export function boundedMessage(text: string): string {
  return bounded(text, MAX_MESSAGE);
}

/** Its stack trace: Node.js sends lines, Python lists of them. Undefined where there is none. */
export function boundedTrace(trace: unknown): string | undefined {
  const lines = (Array.isArray(trace) ? trace.flat(Number.POSITIVE_INFINITY) : [trace]).filter(
    (line) => typeof line === 'string' && line !== '',
  );
  return lines.length === 0 ? undefined : bounded(lines.join('\n'), MAX_TRACE);
}

function bounded(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
