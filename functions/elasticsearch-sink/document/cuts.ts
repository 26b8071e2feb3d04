/** Members left out of a document without parsing it: what stays is copied byte for byte, so that 1234567890123456789 and 1.0 stay what
 *  they are. */
import type { OutputBuffer } from '../../../shared/envelope/output-buffer.ts';
import type { JsonPointer } from '../../../shared/json-pointer.ts';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  endOfValue,
  Members,
  OPEN_BRACE,
  OPEN_BRACKET,
  type Step,
  stepOf,
} from '../../../shared/json-walk.ts';
import { appendRange } from './append-range.ts';

const COMMA = 0x2c;

/** What is cut within an object or array. */
export interface Cuts {
  readonly children: Cut[];
}

/** The member or element of that name or index: the whole of it, or something within. */
interface Cut extends Cuts {
  readonly step: Step;
  isWhole: boolean;
}

/** Adds what `steps` lead to. */
export function addCut(cuts: Cuts, { steps }: Pick<JsonPointer, 'steps'>): void {
  const [first, ...rest] = steps;
  if (first === undefined) return;
  let child = cuts.children.find(({ step }) => step.text === first);
  if (child === undefined) {
    child = { step: stepOf(first), isWhole: false, children: [] };
    cuts.children.push(child);
  }
  if (rest.length === 0) child.isWhole = true;
  else addCut(child, { steps: rest });
}

function cutOf({ children }: Cuts, members: Members): Cut | undefined {
  for (const child of children) if (members.is(child.step)) return child;
  return undefined;
}

/** Appends the value at `start`, which ends by `end`, without what `cuts` name; returns where it ends in `bytes`. Every member of a name is cut
 *  where there are several. Indices count the elements that came, cut or not. */
export function appendWithout(output: OutputBuffer, bytes: Buffer, start: number, end: number, cuts: Cuts): number {
  const open = bytes[start] ?? 0;
  if (open !== OPEN_BRACE && open !== OPEN_BRACKET) {
    const valueEnd = endOfValue(bytes, start, end);
    appendRange(output, bytes, start, valueEnd);
    return valueEnd;
  }
  output.byte(open);
  const first = output.length;
  // Members that stay, from the first of them on, not appended yet.
  let keptFrom = -1;
  let keptTo = -1;
  const appendKept = (from: number, to: number) => {
    if (output.length > first) output.byte(COMMA);
    appendRange(output, bytes, from, to);
  };
  const members = new Members(bytes, start, end);
  for (let before: number | undefined; members.step(before); ) {
    const child = cutOf(cuts, members);
    if (child === undefined) {
      if (keptFrom < 0) keptFrom = members.start;
      before = members.valueEnd();
      keptTo = before;
      continue;
    }
    if (keptFrom >= 0) appendKept(keptFrom, keptTo);
    keptFrom = -1;
    if (child.isWhole) {
      before = members.valueEnd();
    } else {
      appendKept(members.start, members.valueStart);
      before = appendWithout(output, bytes, members.valueStart, end, child);
    }
  }
  if (keptFrom >= 0) appendKept(keptFrom, keptTo);
  output.byte(open === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET);
  return members.afterClose();
}
