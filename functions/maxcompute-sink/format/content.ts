/** The part of a record that becomes columns: where it lies for each of them. */
import {
  BOUNDS_STRIDE,
  KEY_END,
  KEY_START,
  type RecordBlock,
  VALUE_END,
  VALUE_START,
} from '../../../shared/records.ts';

export type Part = 'key' | 'value';

/** Why a record becomes no row. */
export interface ContentProblem {
  readonly code: string;
  readonly message: string;
}

/** What ranges are: texts to be read, values of JSON to be read, or bytes that the column takes as they are. */
export type ContentForm = 'text' | 'json' | 'bytes';

/** Looks at one record after the other. What it says of one holds until the next is read. */
export interface Content {
  readonly form: ContentForm;
  /** What the ranges lie in. */
  readonly bytes: Buffer;
  /** By column of the table: where its content begins and ends; -1 for null. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  read(block: RecordBlock, index: number): ContentProblem | undefined;
}

export function partStart({ bounds }: RecordBlock, index: number, part: Part): number {
  return bounds[index * BOUNDS_STRIDE + (part === 'key' ? KEY_START : VALUE_START)] ?? -1;
}

export function partEnd({ bounds }: RecordBlock, index: number, part: Part): number {
  return bounds[index * BOUNDS_STRIDE + (part === 'key' ? KEY_END : VALUE_END)] ?? -1;
}

/** What all kinds of content keep. */
export abstract class ContentRanges implements Content {
  abstract readonly form: ContentForm;
  bytes: Buffer = Buffer.alloc(0);
  readonly starts: Int32Array;
  readonly ends: Int32Array;

  /** @param columns of the table */
  constructor(columns: number) {
    this.starts = new Int32Array(columns).fill(-1);
    this.ends = new Int32Array(columns).fill(-1);
  }

  abstract read(block: RecordBlock, index: number): ContentProblem | undefined;

  protected put(column: number, start: number, end: number): void {
    this.starts[column] = start;
    this.ends[column] = end;
  }

  protected clear(): void {
    this.starts.fill(-1);
  }
}
