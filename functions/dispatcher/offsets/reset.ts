/** Looks at, plans and makes a change of a group's offsets. Nobody may be running: offsets are the members' own. */
import { FatalError } from '../../../shared/errors.ts';
import type { KafkaAdmin, KafkaReader } from '../../../shared/kafka/driver.ts';
import type { GroupInspection } from '../../../shared/kafka/inspect/group-request.ts';
import { OffsetsRefused } from '../../../shared/kafka/offsets-refused.ts';
import { partitionName } from '../../../shared/records.ts';
import { type OffsetMove, planMoves, type ResetTarget } from './moves.ts';
import { type GroupSource, type PartitionPosition, readPositions } from './positions.ts';
import { type RangeTimes, rangeTimes } from './range-times.ts';
import { type Selection, selectPartitions } from './selection.ts';
import { type Undo, undoOf } from './undo.ts';

export interface OffsetsDeps {
  readonly admin: KafkaAdmin;
  readonly reader: Pick<KafkaReader, 'read'>;
  readonly inspector: { group(groupId: string): Promise<GroupInspection> };
}

/** A group, and where it stands in every partition that its connector reads. */
export interface GroupPositions {
  readonly source: GroupSource;
  readonly group: Pick<GroupInspection, 'state' | 'members'>;
  readonly positions: readonly PartitionPosition[];
}

/** A change that was not made yet. */
export interface ResetPlan {
  readonly moves: readonly (OffsetMove & { readonly times: RangeTimes })[];
  readonly undo: Undo;
}

/** What became of a change. Partitions that are in neither were not asked for. */
export interface ResetResult {
  readonly committed: readonly OffsetMove[];
  readonly refused: readonly { readonly move: OffsetMove; readonly code: string; readonly message: string }[];
  /** Of what was committed. */
  readonly undo: Undo;
}

/** Changes nothing.
 *  @throws FatalError `TOPIC_MISSING` and refusals; RetriableError when the cluster cannot be reached */
export async function readGroup({ admin, inspector }: OffsetsDeps, source: GroupSource): Promise<GroupPositions> {
  const [group, positions] = await Promise.all([inspector.group(source.groupId), readPositions(admin, source)]);
  return { source, group, positions };
}

/** What `target` means for the selected partitions. Changes nothing.
 *  @throws ConfigError with every problem, under the option it is about; RetriableError when the cluster cannot be reached */
export async function planReset(
  { admin, reader }: OffsetsDeps,
  { source, positions }: GroupPositions,
  target: ResetTarget,
  selection: Selection,
): Promise<ResetPlan> {
  const selected = selectPartitions(positions, selection);
  const atTime = await offsetsAtTime(admin, source, target, selected);
  const byNumber = selection.partitions !== undefined;
  const planned = planMoves({ source, all: positions, selected, byNumber, target, atTime });
  const moves: ResetPlan['moves'][number][] = [];
  for (const move of planned) moves.push({ ...move, times: await rangeTimes(reader, move, move.range) });
  return { moves, undo: undoOf(planned, positions) };
}

/** Commits `plan` in one request, with empty metadata: a stop mark and planned batches go.
 *  @throws FatalError `GROUP_HAS_MEMBERS`, when nothing was changed; other refusals of everything; RetriableError when no answer came:
 *          the change may have been made or not */
export async function applyReset(
  { admin }: Pick<OffsetsDeps, 'admin'>,
  { source, group, positions }: GroupPositions,
  { moves }: ResetPlan,
): Promise<ResetResult> {
  refuseMembers(source.groupId, group.members);
  let refusals: OffsetsRefused['refused'] = new Map();
  try {
    await admin.commitOffsets(
      source.groupId,
      moves.map(({ topic, partition, to }) => ({ topic, partition, offset: to })),
    );
  } catch (thrown) {
    if (!(thrown instanceof OffsetsRefused)) throw thrown;
    refusals = thrown.refused;
  }
  const committed = moves.filter((move) => !refusals.has(partitionName(move)));
  const refused = moves.flatMap((move) => {
    const error = refusals.get(partitionName(move));
    return error === undefined ? [] : [{ move, code: error.code, message: error.message }];
  });
  return { committed, refused, undo: undoOf(committed, positions) };
}

/** @throws FatalError `GROUP_HAS_MEMBERS` that names them */
export function refuseMembers(groupId: string, members: readonly string[]): void {
  if (members.length === 0) return;
  throw new FatalError(
    'GROUP_HAS_MEMBERS',
    `group ${groupId} has ${members.length === 1 ? 'a member' : `${members.length} members`}, whose offsets they are: ${members.join(', ')}; stop them first, and wait for session.timeout.ms if they were killed`,
  );
}

async function offsetsAtTime(
  admin: KafkaAdmin,
  { isolationLevel }: GroupSource,
  target: ResetTarget,
  selected: readonly PartitionPosition[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  if (!('to' in target) || typeof target.to !== 'number') return found;
  for (const topic of new Set(selected.map((position) => position.topic))) {
    for (const [partition, offset] of await admin.listOffsets(topic, target.to, isolationLevel))
      found.set(partitionName({ topic, partition }), offset);
  }
  return found;
}
