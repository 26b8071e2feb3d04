import { describe, expect, it } from 'vitest';
import { projectFiles } from '../../helpers/layout/source-file.ts';
import { page } from './pages.ts';

const text = page('docs/handler.md');

/** Members of an interface as the source has them. */
function membersOf(file: string, name: string): string[] {
  const source = projectFiles().find(({ path }) => path === file)?.text ?? '';
  const body = source.split(`export interface ${name}`)[1]?.split('\n}\n')[0] ?? '';
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[?(:]/gm)].map(([, member = '']) => member);
}

/** First cells of the table whose head begins with `head`, without marks and parameters. */
function firstCells(head: string): string[] {
  const lines = text.split('\n');
  const rows = lines.slice(lines.findIndex((line) => line.startsWith(`| ${head}`)) + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((row) => /`(\w+)/.exec(row)?.[1] ?? '');
}

describe('docs/handler.md', () => {
  it('has every member of a record', () => {
    const documented = [...firstCells('Field'), ...firstCells('Method of a record')];
    const inherited = ['topic', 'partition'];
    const members = membersOf('shared/handler/received-record.ts', 'ReceivedRecord');
    expect(members).toContain('isTombstone');
    expect(documented.sort()).toEqual([...inherited, ...members].sort());
  });

  it('has every option', () => {
    expect(firstCells('Option').sort()).toEqual(membersOf('shared/handler/sink-options.ts', 'SinkOptions').sort());
    expect(firstCells('`keepOrder`')).toEqual(['none', 'key', 'partition']);
    expect(membersOf('shared/handler/each-record.ts', 'EachRecordOptions')).toEqual(['atOnce', 'keepOrder']);
  });
});
