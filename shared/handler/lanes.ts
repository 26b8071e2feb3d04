/** Which records must not overtake each other. */
import type { Content, ReceivedRecord } from './received-record.ts';

/** `none`: any record any other. `key`: none of the same key; records without a key are free. `partition`: none at all. */
export type KeptOrder = 'none' | 'key' | 'partition';

/** Records in lanes: those of one lane are written one after the other, lanes side by side. All of one topic-partition, in offset order. */
export function lanesOf<R extends Pick<ReceivedRecord<Content, Content>, 'key'>>(
  records: readonly R[],
  keepOrder: KeptOrder,
): readonly (readonly R[])[] {
  switch (keepOrder) {
    case 'none':
      return records.map((record) => [record]);
    case 'partition':
      return [records];
    case 'key':
      return byKey(records);
    default:
      return keepOrder satisfies never;
  }
}

function byKey<R extends Pick<ReceivedRecord<Content, Content>, 'key'>>(records: readonly R[]): R[][] {
  const lanes: R[][] = [];
  const ofKey = new Map<string, R[]>();
  for (const record of records) {
    if (record.key === null) {
      lanes.push([record]);
      continue;
    }
    const name = typeof record.key === 'string' ? record.key : Buffer.from(record.key).toString('latin1');
    const lane = ofKey.get(name);
    if (lane !== undefined) lane.push(record);
    else {
      const begun = [record];
      ofKey.set(name, begun);
      lanes.push(begun);
    }
  }
  return lanes;
}
