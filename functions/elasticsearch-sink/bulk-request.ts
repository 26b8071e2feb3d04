/** The body of one bulk request, and which records it is made of. */
import type { Buffers } from '../../shared/envelope/output-buffer.ts';
import { OutputBuffer } from '../../shared/envelope/output-buffer.ts';
import { offsetAt, type RecordBlock } from '../../shared/records.ts';
import type { BulkOperation } from './bulk-body.ts';
import { isOwnId, ownIdLead } from './own-id.ts';

/** Records by position; each is one operation, in the order of the body. Written once, from front to end. */
export class BulkRequest {
  readonly #buffers: Buffers;
  readonly out: OutputBuffer;
  readonly #blocks: RecordBlock[] = [];
  readonly #indexes: number[] = [];
  /** Where each operation ends in the body. */
  readonly #ends: number[] = [];
  /** What operations on one document have in common; '' where no other has its document. */
  readonly #keys: string[] = [];
  #hasKeys = false;
  /** The index that each asks for. */
  readonly #names: string[] = [];
  #hasOneName = true;
  /** Whether ids are topic, partition and offset: of one sink all are, or none. */
  #hasOwnIds = true;
  /** What own ids of a block begin with: nearly all operations of a request are of one block. */
  #lead = '';
  #leadBlock: RecordBlock | undefined;

  constructor(expectedBytes: number, buffers: Buffers) {
    this.#buffers = buffers;
    this.out = new OutputBuffer(expectedBytes, buffers);
  }

  get count(): number {
    return this.#ends.length;
  }

  get bytes(): number {
    return this.out.length;
  }

  /** What was appended to `out` since the last call is the operation of this record. */
  add(block: RecordBlock, index: number, { index: name, ownId }: BulkOperation, key: string | undefined): void {
    if (this.#names[0] !== undefined && this.#names[0] !== name) this.#hasOneName = false;
    this.#names.push(name);
    if (!ownId) this.#hasOwnIds = false;
    this.#blocks.push(block);
    this.#indexes.push(index);
    this.#ends.push(this.out.length);
    this.#keys.push(key ?? '');
    if (key !== undefined) this.#hasKeys = true;
  }

  /** Takes back what was appended to `out` since the last call of `add`. */
  dropLast(): void {
    this.out.length = this.#ends.at(-1) ?? 0;
  }

  blockAt(position: number): RecordBlock {
    const block = this.#blocks[position];
    if (block === undefined) throw new Error(`no operation ${position} among ${this.count}`);
    return block;
  }

  indexAt(position: number): number {
    return this.#indexes[position] ?? -1;
  }

  keyAt(position: number): string | undefined {
    return this.#keys[position] || undefined;
  }

  /** Whether any operation may have its document in common with another. */
  get hasKeys(): boolean {
    return this.#hasKeys;
  }

  /** Whether an answer that names this document stands where that of the operation should. Where all of them ask for one index its name is not
   *  looked at: an alias, a data stream and a pipeline answer with another one. Allocates nothing. */
  isAbout(position: number, id: unknown, name: unknown): boolean {
    if (typeof id !== 'string') return false;
    const asked = this.#names[position] ?? '';
    if (!this.#hasOneName && name !== asked) return false;
    const key = this.#keys[position] ?? '';
    if (key !== '') return key.length === asked.length + 1 + id.length && key.endsWith(id);
    if (!this.#hasOwnIds) return true;
    const block = this.blockAt(position);
    if (block !== this.#leadBlock) {
      this.#leadBlock = block;
      this.#lead = ownIdLead(block);
    }
    return isOwnId(id, this.#lead, offsetAt(block, this.indexAt(position)));
  }

  /** Body of the operations at `positions`, in their order: a view where they follow each other, else a copy. */
  bodyOf(positions: readonly number[]): Buffer {
    const first = positions[0] ?? 0;
    const last = positions.at(-1) ?? 0;
    if (last - first + 1 === positions.length) return this.out.bytes.subarray(this.#startOf(first), this.#ends[last]);
    return Buffer.concat(positions.map((at) => this.out.bytes.subarray(this.#startOf(at), this.#ends[at])));
  }

  /** The target has all of it, and nobody reads it any more. */
  giveBack(): void {
    this.#buffers.giveBack(this.out.bytes);
  }

  #startOf(position: number): number {
    return position === 0 ? 0 : (this.#ends[position - 1] ?? 0);
  }
}
