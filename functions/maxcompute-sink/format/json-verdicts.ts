/** Whether keys or values are JSON: values are looked at many at a time, which is much faster than one by one. */
import { IS_OBJECT, MOST_DEPTH, NOT_JSON, type WantedName } from '../../../shared/kernel/json-check.ts';
import { jsonProblem, verdictOn } from '../../../shared/kernel/json-scan.ts';
import { jsonChecker } from '../../../shared/kernel/load-json-checker.ts';
import type { RecordBlock } from '../../../shared/records.ts';
import { type ContentProblem, type Part, partEnd, partStart } from './content.ts';

const CHECKED_RECORDS = 64;
const NO_NAMES: readonly WantedName[] = [];

/** One for all records of a table, asked for one after the other. */
export class JsonVerdicts {
  readonly #part: Part;
  readonly #verdicts = new Int32Array(CHECKED_RECORDS);
  #checked: RecordBlock | undefined;
  #from = 0;
  #to = 0;

  constructor(part: Part) {
    this.#part = part;
  }

  /** Why the part of record `index`, which is not null, is no JSON; `undefined` where it is. */
  problemOf(block: RecordBlock, index: number): ContentProblem | undefined {
    return this.#verdict(block, index) === NOT_JSON ? this.#problem(block, index) : undefined;
  }

  /** Whether that JSON is an object. */
  isObject(block: RecordBlock, index: number): boolean {
    const verdict = this.#verdict(block, index);
    return verdict !== NOT_JSON && (verdict & IS_OBJECT) !== 0;
  }

  #verdict(block: RecordBlock, index: number): number {
    if (this.#part === 'key') {
      return verdictOn(block.bytes, partStart(block, index, 'key'), partEnd(block, index, 'key'), MOST_DEPTH, NO_NAMES);
    }
    if (block !== this.#checked || index < this.#from || index >= this.#to) {
      this.#from = index;
      this.#to = Math.min(block.count, index + CHECKED_RECORDS);
      jsonChecker.check(block, index, this.#to, MOST_DEPTH, NO_NAMES, this.#verdicts);
      this.#checked = block;
    }
    return this.#verdicts[index - this.#from] ?? NOT_JSON;
  }

  #problem(block: RecordBlock, index: number): ContentProblem {
    const part = this.#part;
    const problem = jsonProblem(block.bytes, partStart(block, index, part), partEnd(block, index, part), MOST_DEPTH);
    const where = problem === undefined ? '' : `: at byte ${problem.at}: ${problem.reason}`;
    return { code: part === 'key' ? 'KEY_NOT_JSON' : 'VALUE_NOT_JSON', message: `the ${part} is no JSON${where}` };
  }
}
