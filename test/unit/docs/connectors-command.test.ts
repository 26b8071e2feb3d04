import { expect, it } from 'vitest';
import { connectorsCommand } from '../../../cli/commands/connectors.ts';
import { page } from './pages.ts';

const text = page('docs/connectors-command.md');

it('docs/connectors-command.md has a row for every command, and no other', () => {
  const [, table = ''] = text.split('| Command ');
  const rows = [...(table.split('\n\n')[0] ?? '').matchAll(/^\| (`[^|]*)\|/gm)].map(([, cell = '']) => cell);
  const told = rows.flatMap((cell) => [...cell.matchAll(/`([a-z]+)/g)].map(([, name]) => name));
  const names = connectorsCommand().commands.map((command) => command.name());
  expect([...new Set(told)].sort()).toEqual(names.sort());
});

it('docs/connectors-command.md names options that are there', () => {
  const options = new Set(
    connectorsCommand().commands.flatMap((command) => command.options.map(({ long }) => long ?? '')),
  );
  const named = [...text.matchAll(/(?<![\w-])--[a-z]+(?:-[a-z]+)*/g)].map(([option]) => option);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((option) => !options.has(option))).toEqual([]);
});
