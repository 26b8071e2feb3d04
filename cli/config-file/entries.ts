/** What a configuration file says, before anybody asks what it means: entries with their lines, text as it was written. */

export type EntryValue =
  | { readonly kind: 'scalar'; readonly text: string | null }
  | { readonly kind: 'map'; readonly entries: readonly Entry[] }
  | { readonly kind: 'list' };

export interface Entry {
  readonly key: string;
  readonly value: EntryValue;
  /** From 1. */
  readonly line: number;
}

/** A file is not of its format. The message never quotes the file: there may be secrets in it. */
export class SyntaxProblem extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** Line of a position in `text`, from 1. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}
