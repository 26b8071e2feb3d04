import { readFileSync } from 'node:fs';
import {
  classifyItem,
  classifyRequest,
  type ItemVerdict,
  type RequestVerdict,
} from '../../../../functions/elasticsearch-sink/classify.ts';
import { matchItems } from '../../../../functions/elasticsearch-sink/reply/match-items.ts';
import { type CapturedReply, sentOperations } from './captured-replies.ts';

const TABLE = new URL('../../../fixtures/replies/search-decisions.tsv', import.meta.url);
const PREFIX = 'ELASTICSEARCH_';

/** What is to be decided of each captured reply, by its name, as `spell` writes it. The file has a line for a case and a column for a server.
 *  A reply to another request than a bulk one counts as the answer to one: what it means then is asked. */
export function expectedDecisions(): ReadonlyMap<string, string> {
  const [[, ...servers] = [], ...lines] = readFileSync(TABLE, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  const cells = lines.flatMap(([name = '', ...decisions]) =>
    decisions.map((decision, at) => [`${servers[at]}-${name}`, decision] as const),
  );
  return new Map(cells.filter(([, decision]) => decision !== ''));
}

/** What is said of the record of an operation: the verdict about its item, or that it has none that is surely its own. */
export type Said = ItemVerdict | RequestVerdict | 'missing' | 'ambiguous';

/** Everything that is said of a captured reply, in the order of what was sent. */
export function saidOf(captured: CapturedReply): readonly Said[] {
  const verdict = classifyRequest(captured.reply, 0);
  if (verdict.kind !== 'items') return [verdict];
  const operations = sentOperations(captured, verdict.reply);
  return matchItems(operations, verdict.reply).map((match, at) => {
    const operation = operations[at];
    if (typeof match === 'string') return match;
    if (operation === undefined) throw new Error('a match for each operation');
    return classifyItem(match, operation);
  });
}

/** Verdicts in their order, without the prefix of our codes: `written×2, errant DOCUMENT_REFUSED`. */
export function spell(verdicts: readonly Said[]): string {
  const runs: { text: string; times: number }[] = [];
  for (const verdict of verdicts) {
    const text = spellOne(verdict);
    const last = runs.at(-1);
    if (last?.text === text) last.times++;
    else runs.push({ text, times: 1 });
  }
  return runs
    .map(({ text, times }) => (times === 1 ? text : `${text}×${times}`))
    .join(', ')
    .replaceAll(PREFIX, '');
}

function spellOne(verdict: Said): string {
  if (typeof verdict === 'string') return verdict;
  switch (verdict.kind) {
    case 'items':
      return 'items';
    case 'written':
      return verdict.stale === true ? 'stale' : 'written';
    case 'fatal':
      return `${verdict.mayHeal ? 'may-heal' : 'fatal'} ${verdict.code}`;
    case 'retry':
      return `${verdict.trouble} ${verdict.code}`;
    case 'split':
      return `${verdict.trouble === undefined ? 'split' : 'split-or-wait'} ${verdict.code}`;
    case 'errant':
    case 'race':
    case 'bisect':
      return `${verdict.kind} ${verdict.code}`;
    default:
      return verdict satisfies never;
  }
}
