/** Positions and changes of offsets as text for a person, or as data for a program. */
import Table from 'cli-table3';
import type { PartitionPosition } from '../../functions/dispatcher/offsets/positions.ts';
import { startText } from '../../functions/dispatcher/offsets/positions.ts';
import type { GroupPositions, ResetPlan, ResetResult } from '../../functions/dispatcher/offsets/reset.ts';
import { storedWithCommit } from '../../functions/dispatcher/offsets/stored-with-commit.ts';
import { partitionName } from '../../shared/records.ts';
import { tableStyle } from '../table-style.ts';
import { affected, counted, storedText } from './consequences.ts';

/** As data: where a group stands. `shown` are the partitions asked for. */
export function positionsData(
  connector: string,
  { source, group }: GroupPositions,
  shown: readonly PartitionPosition[],
) {
  return {
    connector,
    group: source.groupId,
    state: group.state,
    members: group.members,
    partitions: shown.map(({ topic, partition, beginning, committed, end, next }) => {
      const stored = storedWithCommit(committed);
      return {
        topic,
        partition,
        beginning,
        committed: committed?.offset ?? null,
        end,
        next,
        lag: end - next,
        stopped: stored?.stopMark ?? null,
        plannedBatches: stored?.plan?.batches ?? 0,
        otherMetadata: stored?.other ?? false,
      };
    }),
  };
}

/** As text. Ends with a line break. */
export function positionsText(
  connector: string,
  { source, group }: GroupPositions,
  shown: readonly PartitionPosition[],
): string {
  const table = new Table({
    head: ['partition', 'beginning', 'committed', 'end', 'lag', 'note'],
    style: tableStyle(),
  });
  for (const position of shown) {
    const { beginning, committed, end, next } = position;
    const note = positionNote(position, startText(source.startOffset));
    table.push([partitionName(position), beginning, committed?.offset ?? 'none', end, end - next, note]);
  }
  return [
    `${connector}: group ${source.groupId} (${group.state === 'Dead' ? 'there is none yet' : group.state}), ${membersText(group.members)}.`,
    table.toString(),
    'Nothing was changed. To change: --to, --by or --set (spillway offsets --help).\n',
  ].join('\n');
}

/** As data: a change, and with `result` what became of it. */
export function resetData(
  connector: string,
  state: GroupPositions,
  plan: ResetPlan,
  undo: string | undefined,
  result?: ResetResult,
) {
  return {
    connector,
    group: state.source.groupId,
    state: state.group.state,
    members: state.group.members,
    applied: result !== undefined,
    skipped: affected(plan.moves, 'skipped'),
    again: affected(plan.moves, 'again'),
    moves: plan.moves.map(({ topic, partition, from, to, effect, range, drops, notes, times }) => ({
      topic,
      partition,
      from: from ?? null,
      to,
      effect,
      offsets: range.to - range.from,
      firstTime: timeText(times.first) ?? null,
      lastTime: timeText(times.last) ?? null,
      ...(times.unread === undefined ? {} : { unread: times.unread }),
      dropsStopMark: drops?.stopMark ?? null,
      dropsPlannedBatches: drops?.plan?.batches ?? 0,
      dropsOtherMetadata: drops?.other ?? false,
      notes,
    })),
    refused: (result?.refused ?? []).map(({ move, code, message }) => ({
      topic: move.topic,
      partition: move.partition,
      code,
      message,
    })),
    undo: { command: undo ?? null, set: (result ?? plan).undo.set, lost: (result ?? plan).undo.lost },
  };
}

/** The table of a change. */
export function movesTable({ moves }: ResetPlan): string {
  const table = new Table({
    head: ['partition', 'from', 'to', 'records', 'first of them', 'last of them', 'note'],
    style: tableStyle(),
  });
  for (const move of moves) {
    const { from, to, effect, range, times, notes } = move;
    const count = range.to - range.from;
    const what = effect === 'none' ? 'none' : `${count} ${effect === 'skipped' ? 'skipped' : 'again'}`;
    const said = [
      ...(times.unread === undefined ? [] : [`times not known: ${times.unread}`]),
      ...(times.empty === undefined ? [] : ['no record is in there']),
      ...notes,
    ];
    table.push([
      partitionName(move),
      from ?? 'none',
      to,
      what,
      timeText(times.first) ?? '',
      timeText(times.last) ?? '',
      said.join('\n'),
    ]);
  }
  return table.toString();
}

/** `no members`, `2 members: a at 10.0.0.1, ...`. */
export function membersText(members: readonly string[]): string {
  return members.length === 0 ? 'no members' : `${counted(members.length, 'member')}: ${members.join(', ')}`;
}

function positionNote({ beginning, committed, end, next }: PartitionPosition, start: string): string {
  if (committed === undefined) return `would begin at ${next} (consumer.start.offset=${start})`;
  const stored = storedWithCommit(committed);
  return [
    ...(committed.offset > end ? ['OFFSET_PAST_END: waits for a person'] : []),
    ...(committed.offset < beginning ? [`Kafka deleted ${committed.offset} to ${beginning - 1}`] : []),
    ...(stored === undefined ? [] : [storedText(stored)]),
  ].join('\n');
}

/** Record times are the producers' own: one that is on no calendar is shown as the number it is. */
function timeText(time: number | undefined): string | undefined {
  if (time === undefined) return undefined;
  return Number.isFinite(new Date(time).getTime()) ? new Date(time).toISOString() : String(time);
}
