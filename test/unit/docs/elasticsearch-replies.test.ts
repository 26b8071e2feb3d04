import { describe, expect, it } from 'vitest';
import type { Decision, DecisionRow, Types } from '../../../functions/elasticsearch-sink/reply/decisions.ts';
import { ITEM_TABLE, type ItemRow } from '../../../functions/elasticsearch-sink/reply/item-table.ts';
import { NETWORK_TABLE, REQUEST_TABLE } from '../../../functions/elasticsearch-sink/reply/request-table.ts';
import { page } from './pages.ts';

const text = page('docs/elasticsearch-replies.md');
const DECISIONS: readonly Decision[] = [
  'written',
  'stale',
  'errant',
  'throttled',
  'unreachable',
  'timeout',
  'race',
  'bisect',
  'split',
  'split-or-wait',
  'fatal',
  'may-heal',
];

/** Lines of a table as the page must have them: whoever changes a row copies its line from the failure of this test. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function typesText(types: Types): string {
  if (types === 'none') return 'no error';
  if (types === 'any') return 'any';
  if (types === 'untyped') return 'none told';
  return types.map((type) => `\`${type}\``).join(', ');
}

function whereText({ when, says }: ItemRow): string {
  return says === undefined ? (when ?? '') : `the reason begins with ${says.map((lead) => `"${lead}"`).join(' or ')}`;
}

function outcome({ decision, code, why, source }: DecisionRow<Decision>): string[] {
  return [decision, code === '' ? '' : `\`${code}\``, why, source === '' ? '' : `[source](${source})`];
}

describe('docs/elasticsearch-replies.md', () => {
  it('has the table of items as it is in the code', () => {
    const rows = ITEM_TABLE.map((row) => [
      row.statuses.join(', '),
      typesText(row.types),
      whereText(row),
      ...outcome(row),
    ]);
    const head = ['Status', 'Error type', 'Where', 'Decision', 'Code', 'Why', 'Source'];
    expect(text).toContain(`\n\n${table(head, rows)}\n\n`);
  });

  it('has the table of requests as it is in the code', () => {
    const rows = REQUEST_TABLE.map((row) => [row.statuses.join(', '), typesText(row.types), ...outcome(row)]);
    const head = ['Status', 'Error type', 'Decision', 'Code', 'Why', 'Source'];
    expect(text).toContain(`\n\n${table(head, rows)}\n\n`);
  });

  it('has the table of what the network does as it is in the code', () => {
    const rows = Object.entries(NETWORK_TABLE).map(([kind, row]) => [kind, ...outcome(row)]);
    const head = ['Failure', 'Decision', 'Code', 'Why', 'Source'];
    expect(text).toContain(`\n\n${table(head, rows)}\n\n`);
  });

  it('says what each decision is', () => {
    const explained = [...text.matchAll(/^\| \*\*([a-z-]+)\*\* \|/gm)].map(([, decision]) => decision);
    expect(explained).toEqual(DECISIONS);
    const used = [...ITEM_TABLE, ...REQUEST_TABLE, ...Object.values(NETWORK_TABLE)].map(({ decision }) => decision);
    expect(DECISIONS.filter((decision) => !used.some((each) => each === decision))).toEqual([]);
  });
});
