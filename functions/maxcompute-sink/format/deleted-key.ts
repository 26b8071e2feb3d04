/** Which row a tombstone deletes: it has a key and no value. Where the configuration writes keys it is the key that a row would have; where it writes
 *  values only, the record's key must say it: as a JSON object with members of the key columns' names, or, where one column is left, as its text. */
import type { RecordBlock } from '../../../shared/records.ts';
import type { TableSchema } from '../tunnel/table-schema.ts';
import { type Content, type ContentForm, type ContentProblem, ContentRanges, partEnd, partStart } from './content.ts';
import { JsonVerdicts } from './json-verdicts.ts';
import { MemberContent } from './member-content.ts';
import { type Cell, type FormatKeys, partsOf } from './table-plan.ts';

export class DeletedKey implements Content {
  #current: Content;
  readonly #usual: Content;
  readonly #asMembers: Content;
  readonly #asText: Content | undefined;
  readonly #takesUsual: boolean;
  readonly #verdicts = new JsonVerdicts('key');

  /** @param cells of the key; @param usual content of records that have a value */
  constructor(config: FormatKeys, { columns }: TableSchema, cells: readonly Cell[], usual: Content) {
    const own = cells.filter(({ fill }) => fill === 'content');
    this.#usual = usual;
    this.#current = usual;
    this.#takesUsual = own.length === 0 || partsOf(config['maxcompute.mode']).includes('key');
    this.#asMembers = new MemberContent(columns.length, 'key', {
      byName: new Map(own.map(({ name, column }) => [name.toLowerCase(), column])),
      reserved: new Set(),
      ignoresOthers: true,
    });
    const [only, ...others] = own;
    this.#asText = only === undefined || others.length > 0 ? undefined : new KeyText(columns.length, only.column);
  }

  get form(): ContentForm {
    return this.#current.form;
  }

  get bytes(): Buffer {
    return this.#current.bytes;
  }

  get starts(): Int32Array {
    return this.#current.starts;
  }

  get ends(): Int32Array {
    return this.#current.ends;
  }

  read(block: RecordBlock, index: number): ContentProblem | undefined {
    this.#current = this.#takesUsual ? this.#usual : this.#fromKey(block, index);
    return this.#current.read(block, index);
  }

  #fromKey(block: RecordBlock, index: number): Content {
    const isPlain = partStart(block, index, 'key') >= 0 && !this.#verdicts.isObject(block, index);
    return isPlain && this.#asText !== undefined ? this.#asText : this.#asMembers;
  }
}

/** The whole key for one column. */
class KeyText extends ContentRanges {
  readonly form = 'text';
  readonly #column: number;

  constructor(columns: number, column: number) {
    super(columns);
    this.#column = column;
  }

  read(block: RecordBlock, index: number): undefined {
    this.bytes = block.bytes;
    this.put(this.#column, partStart(block, index, 'key'), partEnd(block, index, 'key'));
  }
}
