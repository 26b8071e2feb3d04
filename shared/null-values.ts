/** What becomes of a tombstone, a record without a value: `behavior.on.null.values`. Who hands records to a sink carries it out (the dispatcher;
 *  the handler of a function that stands alone), so that a sink sees only those tombstones that are its own to write. */
import type { ErrantReason } from './errant.ts';
import { BOUNDS_STRIDE, type RecordBlock, VALUE_START } from './records.ts';

/** `write` and `delete` leave it to the sink, which writes a record without a value, or deletes what its key names. */
export const NULL_VALUES = ['write', 'ignore', 'delete', 'error-topic'] as const;
export type NullValues = (typeof NULL_VALUES)[number];

const NULL_VALUE: ErrantReason = {
  stage: 'TASK_PUT',
  code: 'NULL_VALUE',
  message: 'the value is null and behavior.on.null.values=error-topic',
  errorClass: 'RecordError',
};

/** `sink`: the sink gets it. */
export type TombstoneFate = 'sink' | 'dropped' | { readonly errant: ErrantReason };

/** What a tombstone is under `policy`. */
export function tombstoneFate(policy: NullValues): TombstoneFate {
  switch (policy) {
    case 'write':
    case 'delete':
      return 'sink';
    case 'ignore':
      return 'dropped';
    case 'error-topic':
      return { errant: NULL_VALUE };
    default:
      return policy satisfies never;
  }
}

/** Whether record `index` has no value, and never had one: a value that only travels apart (overflow) is one. */
export function isTombstone(block: RecordBlock, index: number): boolean {
  return (block.bounds[index * BOUNDS_STRIDE + VALUE_START] ?? -1) < 0 && block.overflows?.has(index) !== true;
}

/** Whether there is one among records `from` to `to`. */
export function hasTombstone(block: RecordBlock, from: number, to: number): boolean {
  for (let index = from; index < to; index++) if (isTombstone(block, index)) return true;
  return false;
}
