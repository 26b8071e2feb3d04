/** Bytes of records on a terminal. */
export { shown } from '../shared/shown-bytes.ts';

/** Records must not steer the terminal that shows them: of control characters only line breaks and tabs pass. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
