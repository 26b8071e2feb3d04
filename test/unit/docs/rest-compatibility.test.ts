import { expect, it } from 'vitest';
import { DIFFERENCES } from '../../helpers/connect-replay/differences.ts';
import { page, tableRows } from './pages.ts';

const rows = tableRows(page('docs/rest-compatibility.md'));
const SEEN = 5;
const BEYOND = 4;

it('has a row for each difference of the replay, with how many answers it is seen in', () => {
  const seen = rows.filter((cells) => cells.length === SEEN).map(([name, ...cells]) => [name, cells.at(-1)]);
  const counted = DIFFERENCES.map(({ name, answers }) => [name, String(Object.values(answers).flat().length)]);
  expect(seen).toEqual(counted);
});

it('says of every difference what each of the two does, and why', () => {
  for (const cells of rows) {
    expect([cells[0], [SEEN, BEYOND].includes(cells.length), cells.includes('')]).toEqual([cells[0], true, false]);
  }
});
