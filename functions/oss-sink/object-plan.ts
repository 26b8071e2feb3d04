/** Which objects a batch becomes, and which of its records have a place in none. Pure. */
import { RecordError } from '../../shared/errors.ts';
import { type BatchSegment, offsetAt, type RecordBlock } from '../../shared/records.ts';
import type { BodyBuilder } from './body/body.ts';
import type { ObjectNaming } from './key-template.ts';
import { objectNameProblem } from './object-name.ts';
import type { Records } from './segments.ts';
import { append } from './segments.ts';

export interface RefusedRecord {
  readonly offset: number;
  readonly error: RecordError;
}

export interface ObjectPlan {
  /** One entry an object: records of one window, in offset order. */
  readonly objects: readonly Records[];
  readonly refused: readonly RefusedRecord[];
}

function nameRefusal(naming: ObjectNaming, block: RecordBlock, index: number): RecordError | undefined {
  const problem = objectNameProblem(naming.nameOf(block, index));
  if (problem === undefined) return undefined;
  return new RecordError(
    'OSS_BAD_OBJECT_NAME',
    `the object name that oss.object.key.template gives for this record ${problem}; records whose key makes no name cannot be written under {key}`,
    { context: { topic: block.topic, partition: block.partition, offset: offsetAt(block, index) } },
  );
}

/** Plans the objects of `records`. A batch from the dispatcher is of one window already; one from a native trigger need not be. */
export function planObjects(records: Records, naming: ObjectNaming, body: BodyBuilder): ObjectPlan {
  const plain = body.acceptsAnyContent && records.every(({ block }) => block.overflows === undefined);
  const first = records[0];
  if (first === undefined) return { objects: [], refused: [] };
  const { windowOf } = naming;
  if (plain && windowOf === undefined && nameRefusal(naming, first.block, first.from) === undefined) {
    return { objects: [records], refused: [] };
  }
  const windows = new Map<string, BatchSegment[]>();
  /** One verdict on the name a window: within it, names differ by the offset's digits only. */
  const names = new Map<string, RecordError | undefined>();
  const refused: RefusedRecord[] = [];
  for (const { block, from, to } of records) {
    for (let i = from; i < to; i++) {
      const window = windowOf?.(block, i) ?? '';
      if (!names.has(window)) names.set(window, nameRefusal(naming, block, i));
      const error = names.get(window) ?? body.refusal(block, i);
      if (error !== undefined) {
        refused.push({ offset: offsetAt(block, i), error });
        continue;
      }
      const own = windows.get(window);
      if (own === undefined) windows.set(window, [{ block, from: i, to: i + 1 }]);
      else append(own, block, i);
    }
  }
  return { objects: [...windows.values()], refused };
}
