import { describe, expect, it } from 'vitest';
import { changedKeys } from '../../../../cli/connectors/update-command.ts';

describe('changedKeys', () => {
  it('tells what came, what went and what differs, by name', () => {
    expect(changedKeys({ a: '1', b: '2', c: '3' }, { b: '2', c: '4', d: '5' })).toEqual(['-a', 'c', '+d']);
  });

  it('compares as the API keeps values: as text', () => {
    expect(changedKeys({ n: '2', on: 'true' }, { n: 2, on: true })).toEqual([]);
  });
});
