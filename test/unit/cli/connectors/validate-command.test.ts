import { describe, expect, it } from 'vitest';
import { validationText } from '../../../../cli/connectors/validate-command.ts';

const value = (name: string, errors: readonly string[], recommended: readonly string[] = []) => ({
  value: { name, errors: [...errors], recommended_values: [...recommended] },
});

describe('validationText', () => {
  it('is a line a problem, with the values that are known', () => {
    const configs = [
      value('oss.format', ['expected one of them'], ['jsonl', 'csv']),
      value('name', []),
      value('x', ['a', 'x: b']),
    ];
    expect(validationText('f.yaml', { name: 'oss-sink', error_count: 3, configs })).toBe(
      [
        'f.yaml: 3 problems',
        '  problem  oss.format: expected one of them (known: jsonl, csv)',
        '  problem  x: a',
        '  problem  x: b',
        '',
      ].join('\n'),
    );
  });

  it('says that all is well', () => {
    expect(validationText('f.yaml', { name: 'oss-sink', error_count: 0, configs: [] })).toBe('f.yaml: valid\n');
  });
});
