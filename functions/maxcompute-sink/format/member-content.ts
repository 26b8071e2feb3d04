/** Members of a JSON object, each into the column of its name: format `FLATTEN`. */
import { afterSpace, Members, type Step, stepOf } from '../../../shared/json-walk.ts';
import type { RecordBlock } from '../../../shared/records.ts';
import { BadValue } from '../value/bad-value.ts';
import { isJsonNull } from '../value/json-value.ts';
import { memberName } from '../value/member-name.ts';
import { type ContentProblem, ContentRanges, type Part, partEnd, partStart } from './content.ts';
import { JsonVerdicts } from './json-verdicts.ts';

/** For members that no column takes. */
const NO_COLUMN = -1;
/** Names that messages may show. */
const SHOWN_NAME = /^[\w.$-]{1,64}$/;
/** Members remembered by their place in the object. */
const MOST_REMEMBERED = 1_000;

interface Remembered {
  readonly step: Step;
  readonly column: number;
}

export interface MemberColumns {
  /** Columns that members fill, by name in small letters. */
  readonly byName: ReadonlyMap<string, number>;
  /** Names of columns that hold what Kafka knows of the record. */
  readonly reserved: ReadonlySet<string>;
  /** Whether members without a column are left out. */
  readonly ignoresOthers: boolean;
}

export class MemberContent extends ContentRanges {
  readonly form = 'json';
  readonly #part: Part;
  readonly #columns: MemberColumns;
  readonly #verdicts: JsonVerdicts;
  /** Which column the member at a place was for: mostly the next record has it there again. */
  readonly #remembered: Remembered[] = [];

  constructor(columns: number, part: Part, members: MemberColumns) {
    super(columns);
    this.#part = part;
    this.#columns = members;
    this.#verdicts = new JsonVerdicts(part);
  }

  read(block: RecordBlock, index: number): ContentProblem | undefined {
    const { bytes } = block;
    this.bytes = bytes;
    this.clear();
    const start = partStart(block, index, this.#part);
    if (start < 0) return undefined;
    const problem = this.#verdicts.problemOf(block, index);
    if (problem !== undefined) return problem;
    if (!this.#verdicts.isObject(block, index)) return notAnObject(this.#part);
    const members = new Members(bytes, afterSpace(bytes, start), partEnd(block, index, this.#part));
    let before: number | undefined;
    for (let place = 0; members.step(before); place++) {
      const column = this.#columnOf(bytes, members, place);
      before = members.valueEnd();
      if (typeof column !== 'number') return column;
      // Of members that share a name the last one counts, as for `JSON.parse`.
      if (column >= 0) this.put(column, isJsonNull(bytes, members.valueStart) ? -1 : members.valueStart, before);
    }
    return undefined;
  }

  #columnOf(bytes: Buffer, members: Members, place: number): number | ContentProblem {
    const remembered = this.#remembered[place];
    if (remembered !== undefined && members.is(remembered.step)) return remembered.column;
    const name = memberName(bytes, members.start);
    if (name instanceof BadValue) {
      return { code: 'MAXCOMPUTE_UNKNOWN_FIELD', message: `the name of member ${place} is ${name.found}` };
    }
    const lower = name.toLowerCase();
    const column = this.#columns.byName.get(lower) ?? NO_COLUMN;
    if (column === NO_COLUMN && !this.#columns.ignoresOthers) {
      // Nothing is lost where there is nothing. It is not remembered: the next one may hold something.
      return isJsonNull(bytes, members.valueStart) ? NO_COLUMN : unknownMember(name, this.#columns.reserved.has(lower));
    }
    if (place < MOST_REMEMBERED) this.#remembered[place] = { step: stepOf(name), column };
    return column;
  }
}

export function notAnObject(part: Part): ContentProblem {
  const message = `the ${part} is JSON but no object, and FLATTEN writes the members of one`;
  return { code: 'MAXCOMPUTE_NOT_AN_OBJECT', message };
}

/** @param isReserved for the name of a column that holds what Kafka knows of the record */
export function unknownMember(name: string, isReserved: boolean): ContentProblem {
  const shown = SHOWN_NAME.test(name) ? name : `of ${name.length} characters`;
  const why = isReserved
    ? 'has the name of a column that holds what Kafka knows of the record; rename it'
    : 'has no column of its name; add one';
  const message = `the member ${shown} ${why}, or leave such members out by maxcompute.flatten.unknown=ignore`;
  return { code: 'MAXCOMPUTE_UNKNOWN_FIELD', message };
}
