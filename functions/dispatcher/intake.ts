/** Decides, without I/O, what a delivered record is: one for a batch, one that travels alone, an errant one, or one that the user's policy
 *  drops. Plain records, which join a batch, are found many at a time; what is not plain is examined by itself. */
import { type Converter, convertible, MEASURED_RECORDS, measureText } from '../../shared/converter.ts';
import { countElements, encodedOverflowBytes, encodedRecordBytes } from '../../shared/envelope/element-size.ts';
import { ENVELOPE_OVERHEAD_BYTES, type EnvelopeOptions } from '../../shared/envelope/encode.ts';
import type { ErrantReason } from '../../shared/errant.ts';
import { NOT_UTF8 } from '../../shared/kernel/kernel.ts';
import { isTombstone, type NullValues, tombstoneFate } from '../../shared/null-values.ts';
import { BOUNDS_STRIDE, type Overflow, type RecordBlock, VALUE_END, VALUE_START } from '../../shared/records.ts';

export type OverflowPolicy = 'claim-check' | 'error-topic' | 'flag';

export interface IntakeRules {
  readonly keyConverter: Converter;
  readonly valueConverter: Converter;
  readonly nullValues: NullValues;
  readonly overflowPolicy: OverflowPolicy;
  /** No request is ever longer than this, in encoded bytes. */
  readonly invokeMaxBytes: number;
  readonly envelope: EnvelopeOptions;
}

/** A number is the record's encoded bytes: it joins a batch. */
export type IntakeVerdict =
  | number
  | 'dropped'
  | { readonly errant: ErrantReason }
  /** Too large for any request: travels alone, with its value stored first (`claim-check`) or left out (`flag`). */
  | { readonly alone: Overflow; readonly encodedBytes: number; readonly claimCheck: boolean };

function errant(code: string, message: string): IntakeVerdict {
  return { errant: { stage: 'TASK_PUT', code, message, errorClass: 'RecordError' } };
}

/** Records that `findPlain` takes at most. */
export const EXAMINED_RECORDS = MEASURED_RECORDS;

/** In a column of encoded bytes: the record is not plain. */
export const NOT_PLAIN = -1;

/** Filled and used up within one call. */
const added = new Int32Array(2 * EXAMINED_RECORDS);

/** Finds the plain ones of records `from` to `to`, `EXAMINED_RECORDS` of them or fewer: their encoded bytes go to `encodedBytes[0]` and on,
 *  the number that `examine` answers. Where that is `NOT_PLAIN` only `examine` can tell what the record is. */
export function findPlain(
  block: RecordBlock,
  from: number,
  to: number,
  rules: IntakeRules,
  encodedBytes: Float64Array,
): void {
  const { envelope } = rules;
  const takesTombstones = tombstoneFate(rules.nullValues) === 'sink';
  const keyIsText = rules.keyConverter === 'string' || envelope.keyEncoding === 'string';
  const valueIsText = rules.valueConverter === 'string' || envelope.valueEncoding === 'string';
  measureText(block, from, to, keyIsText, valueIsText, added);
  countElements(block, from, to, envelope, added, encodedBytes);
  const mostBytes = rules.invokeMaxBytes - ENVELOPE_OVERHEAD_BYTES;
  for (let row = 0; row < to - from; row++) {
    const isPlain =
      (encodedBytes[row] ?? 0) <= mostBytes &&
      !(keyIsText && added[2 * row] === NOT_UTF8) &&
      !(valueIsText && added[2 * row + 1] === NOT_UTF8) &&
      (takesTombstones || !isTombstone(block, from + row)) &&
      block.overflows?.has(from + row) !== true;
    if (!isPlain) encodedBytes[row] = NOT_PLAIN;
  }
}

/** Verdict on record `index` of `block`. Pure. */
export function examine(block: RecordBlock, index: number, rules: IntakeRules): IntakeVerdict {
  const unconvertible = convertible(block, index, rules.keyConverter, rules.valueConverter);
  if (unconvertible !== undefined) return { errant: unconvertible };

  if (isTombstone(block, index)) {
    const fate = tombstoneFate(rules.nullValues);
    if (fate !== 'sink') return fate;
  }

  const encodedBytes = encodedRecordBytes(block, index, rules.envelope);
  if (encodedBytes + ENVELOPE_OVERHEAD_BYTES <= rules.invokeMaxBytes) return encodedBytes;
  const valueStart = block.bounds[index * BOUNDS_STRIDE + VALUE_START] ?? -1;
  // No value travels with it, whether it has one or not.
  if (valueStart < 0) return keyTooLarge(rules);

  const valueSize = (block.bounds[index * BOUNDS_STRIDE + VALUE_END] ?? 0) - valueStart;
  if (rules.overflowPolicy === 'error-topic') {
    return errant(
      'RECORD_TOO_LARGE',
      `the record is ${encodedBytes} bytes encoded and alone exceeds invoke.max.bytes=${rules.invokeMaxBytes}; raise it or set overflow.policy`,
    );
  }
  const claimCheck = rules.overflowPolicy === 'claim-check';
  // The reference is not known yet: room is kept for the longest one.
  const overflow: Overflow = claimCheck ? { valueSize, valueRef: LONGEST_VALUE_REF } : { valueSize };
  const flagged = encodedOverflowBytes(block, index, overflow, rules.envelope);
  if (flagged + ENVELOPE_OVERHEAD_BYTES > rules.invokeMaxBytes) return keyTooLarge(rules);
  // Until it is stored the value is held as it is.
  return { alone: { valueSize }, encodedBytes: claimCheck ? encodedBytes : flagged, claimCheck };
}

/** Presigned addresses are longer than the 1,023 bytes of an object key, with its escapes and signature. */
const LONGEST_VALUE_REF = 'x'.repeat(4_096);

function keyTooLarge(rules: IntakeRules): IntakeVerdict {
  return errant(
    'KEY_TOO_LARGE',
    `without its value the record still exceeds invoke.max.bytes=${rules.invokeMaxBytes}; only a larger limit can carry its key and headers`,
  );
}
