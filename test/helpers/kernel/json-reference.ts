/** What `JSON.parse` says of bytes, put as the checks put it. */
import { isUtf8 } from 'node:buffer';
import {
  HAS_LINE_BREAK,
  IS_OBJECT,
  IS_VALUE,
  type JsonChecker,
  NOT_JSON,
  type WantedName,
} from '../../../shared/kernel/json-check.ts';
import { blockOf, type KeyAndValue } from './reference.ts';

/** Room for any depth of the values that tests make, but those about depth. */
const DEEP = 1_000;

function expectedBits(value: unknown, bytes: Buffer): number {
  let bits = IS_VALUE;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) bits |= IS_OBJECT;
  if (bytes.includes(0x0a) || bytes.includes(0x0d)) bits |= HAS_LINE_BREAK;
  return bits;
}

/** The verdict but for names. What is no UTF-8 would be decoded to something else: it is refused. */
export function expectedVerdict(bytes: Buffer | null): number {
  if (bytes === null) return 0;
  if (!isUtf8(bytes)) return NOT_JSON;
  try {
    return expectedBits(JSON.parse(bytes.toString('utf8')), bytes);
  } catch {
    return NOT_JSON;
  }
}

/** Verdicts of `checker` on these values. */
export function verdictsOf(
  checker: JsonChecker,
  values: readonly (Buffer | null)[],
  { gap = 0, maxDepth = DEEP, names = [] as readonly WantedName[] } = {},
): Int32Array {
  const block = blockOf(
    values.map((value): KeyAndValue => [null, value]),
    gap,
  );
  const verdicts = new Int32Array(values.length).fill(77);
  checker.check(block, 0, block.count, maxDepth, names, verdicts);
  return verdicts;
}
