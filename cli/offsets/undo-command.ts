/** The command that takes a change of offsets back. */
import { formatSet, type Undo } from '../../functions/dispatcher/offsets/undo.ts';
import { shellWord } from '../shell-word.ts';

/** To be pasted into a shell; `undefined` when no offset can be brought back. `worker` is the file of worker settings, if one was given. */
export function undoCommand({ set }: Undo, file: string, worker: string | undefined): string | undefined {
  if (set.length === 0) return undefined;
  const settings = worker === undefined ? [] : ['--worker', shellWord(worker)];
  return ['spillway', 'offsets', shellWord(file), ...settings, '--set', formatSet(set), '--yes'].join(' ');
}
