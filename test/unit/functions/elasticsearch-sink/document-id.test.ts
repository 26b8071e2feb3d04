import { expect, it } from 'vitest';
import { idProblem } from '../../../../functions/elasticsearch-sink/document-id.ts';

it.each(['a', 'a'.repeat(512), '日'.repeat(170), ' ', 'a/b c'])('an id of %#', (id) => {
  expect(idProblem(id)).toBeUndefined();
});

it.each([
  ['', 'is empty'],
  ['a'.repeat(513), 'longer than 512 bytes'],
  ['日'.repeat(171), 'longer than 512 bytes'],
])('no id, example %#', (id, words) => {
  expect(idProblem(id)).toContain(words);
});
