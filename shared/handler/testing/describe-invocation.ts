/** One call, for people. */
import type { RecordOutcome } from '../../outcomes.ts';
import type { Invocation } from './invoke.ts';

const ENDS: Readonly<Record<Exclude<Invocation['end'], 'answered'>, string>> = {
  fatal: 'fatal: the task fails, offsets stay',
  threw: 'threw: the batch fails, and comes again',
  refused: 'refused: the answer breaks the protocol, the task fails',
};

/** A line a record, what the call came to, and what was logged. */
export function describeInvocation({ end, message, outcomes, error, log }: Invocation): string {
  const lines = outcomes.map(lineOf);
  if (end === 'answered') lines.push(totalOf(outcomes));
  else lines.push(ENDS[end], `  ${message ?? ''}`);
  if (error?.stack !== undefined) lines.push(...error.stack.split('\n').slice(1, 4));
  return [...lines, ...log.map((line) => `log  ${line}`)].join('\n');
}

function lineOf({ topic, partition, offset, status, code, message, retryAfterMs }: RecordOutcome): string {
  const why = [code, message].filter((part) => part !== undefined).join(': ');
  const when = retryAfterMs === undefined ? '' : ` after ${retryAfterMs} ms`;
  return `${topic}-${partition} offset ${offset}  ${status}${when}${why === '' ? '' : `  ${why}`}`;
}

function totalOf(outcomes: readonly RecordOutcome[]): string {
  const counts = new Map<string, number>();
  for (const { status } of outcomes) counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts].map(([status, count]) => `${count} ${status}`);
  return `answered: ${parts.length === 0 ? 'no records' : parts.join(', ')}`;
}
