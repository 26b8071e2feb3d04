import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../../shared/template-text.ts';

const read = (text: string) =>
  readTemplate(text, (inside) => (inside === 'bad' ? 'a bad one' : { kind: 'place', inside }));
const literal = (text: string) => ({ kind: 'literal', text });
const place = (inside: string) => ({ kind: 'place', inside });

describe('a template', () => {
  it.each([
    ['', []],
    ['text', [literal('text')]],
    ['a{b}c', [literal('a'), place('b'), literal('c')]],
    ['{}', [place('')]],
    ['{{b}}', [literal('{'), literal('b'), literal('}')]],
    ['{{{b}}}', [literal('{'), place('b'), literal('}')]],
  ])('%j has its parts', (text, parts) => {
    expect(read(text)).toEqual({ parts, problems: [] });
  });

  it('tells all that is wrong', () => {
    expect(read('{bad} {a {bad} }').problems).toEqual([
      'a bad one',
      expect.stringContaining('a brace without its partner'),
      'a bad one',
      expect.stringContaining('a brace without its partner'),
    ]);
  });
});
