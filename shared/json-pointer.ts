/** JSON Pointer: the way to one value of a document, such as `/customer/id`.
 *  Source: RFC 6901. The empty pointer, which means the whole document, is not among ours. */

export interface JsonPointer {
  /** As it was written. */
  readonly text: string;
  /** Names of members and indices of elements, unescaped, from the outside in. */
  readonly steps: readonly string[];
}

export const POINTER_EXPECTED = 'a JSON Pointer such as /customer/id (~1 stands for a slash in a name, ~0 for a ~)';

/** The pointer that a text is, or `undefined`. */
export function jsonPointer(text: string): JsonPointer | undefined {
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  const steps = text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return { text, steps };
}

/** What the pointer leads to in a parsed document; `undefined` when it leads nowhere. */
export function valueAtPointer(document: unknown, { steps }: JsonPointer): unknown {
  let value = document;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value) && !/^(?:0|[1-9]\d*)$/.test(step)) return undefined;
    value = Object.hasOwn(value, step) ? (value as Readonly<Record<string, unknown>>)[step] : undefined;
  }
  return value;
}
