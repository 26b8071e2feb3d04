import { describe, expect, it } from 'vitest';
import { listed, ok, problem, type Section, warning } from '../../../../cli/doctor/finding.ts';
import { exitCode, formatJson, formatSections } from '../../../../cli/doctor/report.ts';

const fine: Section = { title: 'This machine', findings: [ok('node-version', 'Node.js 20.19.0')] };
const poor: Section = {
  title: 'c: topics',
  connector: 'c',
  findings: [
    warning('tasks-idle', 'one task is idle', 'set tasks.max=1'),
    problem('source-missing', 'no topic', 'create it', 'TOPIC_MISSING'),
  ],
};
const plain = (_: string, text: string) => text;

describe('the report', () => {
  it('shows a line a finding, what to do below it, and a summary', () => {
    expect(formatSections([fine, { title: 'nothing here', findings: [] }, poor], plain)).toBe(
      [
        'This machine',
        '  ok       Node.js 20.19.0',
        '',
        'c: topics',
        '  warning  one task is idle',
        '           -> set tasks.max=1',
        '  problem  no topic',
        '           -> create it',
        '',
        '1 problem, 1 warning',
        '',
      ].join('\n'),
    );
    expect(formatSections([fine], plain)).toContain('\nno problems, no warnings\n');
  });

  it('is a flat list as JSON', () => {
    expect(JSON.parse(formatJson([fine, poor]))).toEqual([
      { section: 'This machine', severity: 'ok', code: 'node-version', message: 'Node.js 20.19.0' },
      {
        section: 'c: topics',
        connector: 'c',
        severity: 'warning',
        code: 'tasks-idle',
        message: 'one task is idle',
        action: 'set tasks.max=1',
      },
      {
        section: 'c: topics',
        connector: 'c',
        severity: 'problem',
        code: 'source-missing',
        message: 'no topic',
        action: 'create it',
        error: 'TOPIC_MISSING',
      },
    ]);
  });

  it('ends with 0, with 1 for a problem, with 2 when Kafka is out of reach', () => {
    const away = { title: 'Kafka', findings: [problem('bootstrap-unreachable', 'a', 'b')] };
    const partly = { title: 'Kafka', findings: [warning('bootstrap-unreachable', 'a', 'b')] };
    expect([exitCode([fine]), exitCode([fine, partly]), exitCode([fine, poor]), exitCode([poor, away])]).toEqual([
      0, 0, 1, 2,
    ]);
  });

  it('shows the first of many names', () => {
    expect(listed(['a', 'b'])).toBe('a, b');
    expect(listed(Array.from({ length: 10 }, (_, i) => `t${i}`))).toBe('t0, t1, t2, t3, t4, t5, t6, t7 and 2 more');
  });
});
