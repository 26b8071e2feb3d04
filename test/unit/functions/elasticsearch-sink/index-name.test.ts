import { describe, expect, it } from 'vitest';
import { indexNameProblem } from '../../../../functions/elasticsearch-sink/index-name.ts';

describe('index names', () => {
  it.each(['orders', 'logs-app-default', '.hidden', 'a+b', '日志', 'a'.repeat(255), '1', '...'])(
    '%s is one',
    (name) => {
      expect(indexNameProblem(name, 'index')).toBeUndefined();
    },
  );

  it.each([
    ['', 'is empty'],
    ['Orders', 'capitals'],
    ['ÄRGER', 'capitals'],
    ['_orders', 'begins with'],
    ['-orders', 'begins with'],
    ['+orders', 'begins with'],
    ['.', 'only dots'],
    ['..', 'only dots'],
    ['a'.repeat(256), 'longer than 255 bytes'],
    ['日'.repeat(86), 'longer than 255 bytes'],
  ])('%j is none', (name, words) => {
    expect(indexNameProblem(name, 'index')).toContain(words);
  });

  it.each([...'\\/*?"<>| ,#:'])('with %j are none', (char) => {
    expect(indexNameProblem(`a${char}b`, 'index')).toContain('contains one of');
  });

  it('are those of aliases, which may have capitals', () => {
    expect(indexNameProblem('Orders', 'alias')).toBeUndefined();
    expect(indexNameProblem('Orders', 'data-stream')).toContain('capitals');
    expect(indexNameProblem('_Orders', 'alias')).toContain('begins with');
  });
});
