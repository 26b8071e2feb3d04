/** What the host calls. It copies records in before, and results out after where they do not belong into this memory (`shared/kernel/wasm-kernel.ts`). */
import { elementBytes, foundOtherThanText, writeElement } from './element';
import { added, makePatterns, seen, writeEscaped } from './json-string';
import { ADDED, ANSWER, INPUT, LAYOUT_END, OUTPUT } from './layout';
import {
  hasKey,
  hasValue,
  keyEnd,
  keySize,
  keyStart,
  setBase,
  valueEnd,
  valueSize,
  valueStart,
} from './staged-record';
import { isUtf8Given } from './utf8';

export {
  ADDED,
  ANSWER,
  BOUNDS,
  HEAP,
  INPUT,
  INPUT_BYTES,
  MARGIN,
  MOST_RECORDS,
  OFFSETS,
  OUTPUT,
  OUTPUT_BYTES,
  PROGRAM,
  PROGRAM_BYTES,
  TIMESTAMPS,
} from './layout';

/** Why `write` stopped: it came to the end, the next element does not fit, or is not UTF-8. */
const DONE: i32 = 0;
const FULL: i32 = 1;
const OTHER_THAN_TEXT: i32 = 2;

/** `NOT_UTF8` of `shared/kernel/kernel.ts`. */
const NOT_UTF8: i32 = -1;

// The host learns of it when it loads the module, and so does every test.
if (LAYOUT_END > <usize>memory.size() << 16) unreachable();
makePatterns();

// @ts-ignore: decorator
@inline
function addedToText(start: usize, end: usize): i32 {
  const more = added(start, end);
  return isUtf8Given(seen, start, end) ? more : NOT_UTF8;
}

/** What escaping adds to keys and values of the first `count` staged records, in `ADDED`. `base`: position in the block of the first
 *  staged byte. */
export function measure(count: i32, base: i32): void {
  setBase(base);
  for (let record: usize = 0; record < <usize>count; record++) {
    const slot = ADDED + record * 8;
    store<i32>(slot, hasKey(record) ? addedToText(keyStart(record), keyEnd(record)) : 0);
    store<i32>(slot, hasValue(record) ? addedToText(valueStart(record), valueEnd(record)) : 0, 4);
  }
}

/** Writes the staged records `from` to `to` at `target`, as far as they fit into `room`; returns the bytes written. Up to `MARGIN` bytes after that
 *  are overwritten. In `ANSWER`: the first record not written, and why. An element takes at most `fixedBytes` and for each byte of key and value
 *  `keyFactor`, `valueFactor`. */
export function write(
  from: i32,
  to: i32,
  base: i32,
  target: i32,
  room: i32,
  fixedBytes: i32,
  keyFactor: i32,
  valueFactor: i32,
): i32 {
  setBase(base);
  const end = <usize>target + <usize>room;
  let at = <usize>target;
  let record = <usize>from;
  let stopped = DONE;
  for (; record < <usize>to; record++) {
    const most = <usize>fixedBytes + keySize(record) * <usize>keyFactor + valueSize(record) * <usize>valueFactor;
    if (at + most > end) {
      const length = elementBytes(record);
      if (foundOtherThanText || at + length > end) {
        stopped = foundOtherThanText ? OTHER_THAN_TEXT : FULL;
        break;
      }
    }
    const next = writeElement(at, record);
    if (foundOtherThanText) {
      stopped = OTHER_THAN_TEXT;
      break;
    }
    at = next;
  }
  store<i32>(ANSWER, <i32>record);
  store<i32>(ANSWER, stopped, 4);
  return <i32>(at - <usize>target);
}

/** What escaping adds to the first `length` bytes of `INPUT`. For values larger than that, piece by piece. */
export function addedToInput(length: i32): i32 {
  return added(INPUT, INPUT + <usize>length);
}

/** Escapes the first `length` bytes of `INPUT`, at most a sixth of `OUTPUT_BYTES`, into `OUTPUT`; returns the bytes written. */
export function escapeInput(length: i32): i32 {
  return <i32>(writeEscaped(OUTPUT, INPUT, INPUT + <usize>length) - OUTPUT);
}
