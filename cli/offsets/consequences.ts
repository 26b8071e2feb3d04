/** What a change of offsets means for the records, in plain words. */
import type { OffsetMove } from '../../functions/dispatcher/offsets/moves.ts';
import type { StoredWithCommit } from '../../functions/dispatcher/offsets/stored-with-commit.ts';
import { partitionName } from '../../shared/records.ts';
import type { SinkDefinition } from '../../shared/sink.ts';

/** `callsHaveIds`: Function Compute would know calls again by their ids. */
type Target = Pick<SinkDefinition, 'keys' | 'userFunction'> & { readonly callsHaveIds?: boolean };

const AT_MOST =
  'at most: offsets are counted, and some hold no record (compacted, aborted, or the marker of a transaction)';

/** Offsets over all moves with this effect. */
export function affected(moves: readonly OffsetMove[], effect: OffsetMove['effect']): number {
  return moves.filter((move) => move.effect === effect).reduce((sum, { range }) => sum + range.to - range.from, 0);
}

/** Sentences for a person, the worst first. */
export function consequences(moves: readonly OffsetMove[], target: Target): string[] {
  const skipped = affected(moves, 'skipped');
  const again = affected(moves, 'again');
  return [
    ...(skipped === 0 ? [] : [`${records(skipped)} will NOT be delivered (${AT_MOST}).`]),
    ...(again === 0
      ? []
      : [`${records(again)} will be delivered, or delivered again (${AT_MOST}).`, atTarget(target), ...ofIds(target)]),
    ...moves.flatMap((move) => (move.drops === undefined ? [] : [dropped(move, move.drops)])),
  ];
}

/** What is stored with a commit, in a few words. */
export function storedText({ stopMark, plan, other }: StoredWithCommit): string {
  return [
    ...(stopMark === undefined ? [] : [`stopped at offset ${stopMark.offset} (${stopMark.code})`]),
    ...(plan === undefined ? [] : [`${counted(plan.batches, 'planned batch', 'es')}, up to offset ${plan.last}`]),
    ...(other ? ['metadata that this version does not read'] : []),
  ].join(', ');
}

/** `1 record`, `2 records`. */
export function counted(count: number, thing: string, plural = 's'): string {
  return `${count} ${thing}${count === 1 ? '' : plural}`;
}

function records(count: number): string {
  return counted(count, 'record');
}

function dropped(move: OffsetMove, drops: StoredWithCommit): string {
  const { stopMark, plan } = drops;
  const follows = [
    ...(stopMark === undefined ? [] : ['it is resumed']),
    ...(plan === undefined ? [] : ['what of its planned batches is written already is delivered again and cut anew']),
  ].join('; ');
  const what = `${partitionName(move)}: what is stored with the commit is dropped (${storedText(drops)})`;
  return follows === '' ? `${what}.` : `${what}: ${follows}.`;
}

function ofIds({ callsHaveIds = false }: Target): string[] {
  if (!callsHaveIds) return [];
  return [
    'Their asynchronous calls get other ids than before, so Function Compute runs the function again and does not take them for repeats.',
  ];
}

function atTarget({ keys, userFunction }: Target): string {
  if ('oss.object.prefix' in keys) {
    return 'What is in objects already is cut into batches anew from there, so records may be in two objects; for a clean copy choose another oss.object.prefix first.';
  }
  if ('elasticsearch.id.strategy' in keys) {
    return 'Documents are written again under the ids that they have; with elasticsearch.id.strategy=server each becomes a second one.';
  }
  return userFunction
    ? 'The function gets them again: it recognises repeats by topic, partition and offset.'
    : 'The target gets them again.';
}
