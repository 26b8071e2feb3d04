import { describe, expect, it } from 'vitest';
import {
  checkConnectorFile,
  checkMemory,
  checkWorker,
  workerProblems,
} from '../../../../cli/doctor/check-configuration.ts';
import { ConfigError } from '../../../../shared/errors.ts';
import { brief, parsed } from './facts.ts';

const MIB = 1024 * 1024;

describe('checkConnectorFile', () => {
  it('takes over what validate says, and what to do where a sentence says it', () => {
    const findings = checkConnectorFile({
      file: 'c.json',
      valid: false,
      problems: [
        { key: 'name', message: 'is required and not given' },
        { key: 'topics', message: 'are read twice; keep one' },
      ],
      warnings: [{ key: 'oss.bukcet', message: 'unknown key, ignored; did you mean oss.bucket?' }],
      notes: [],
    });
    expect(findings).toEqual([
      {
        severity: 'problem',
        code: 'connector-invalid',
        message: 'name: is required and not given',
        action: 'correct name in the connector file',
        error: 'CONFIG_INVALID',
      },
      {
        severity: 'problem',
        code: 'connector-invalid',
        message: 'topics: are read twice',
        action: 'keep one',
        error: 'CONFIG_INVALID',
      },
      {
        severity: 'warning',
        code: 'connector-warning',
        message: 'oss.bukcet: unknown key, ignored',
        action: 'did you mean oss.bucket?',
      },
    ]);
  });

  it('says that a valid file is one', () => {
    expect(brief(checkConnectorFile({ file: 'c', valid: true, problems: [], warnings: [], notes: [] }))).toEqual([
      'ok connector-valid',
    ]);
  });
});

describe('worker settings', () => {
  it('that do not parse are problems by key', () => {
    const [finding] = workerProblems(new ConfigError([{ key: 'bootstrap.servers', message: 'is required' }]));
    expect(finding).toMatchObject({
      severity: 'problem',
      code: 'worker-invalid',
      message: expect.stringMatching(/^bootstrap.servers: /),
    });
    expect(() => workerProblems(new TypeError('a slip'))).toThrow('a slip');
  });

  it('that parse are fine, warnings apart', () => {
    expect(brief(checkWorker([]))).toEqual(['ok worker-valid']);
    expect(brief(checkWorker([{ key: 'x', message: 'unknown' }]))).toEqual([
      'warning worker-warning',
      'ok worker-valid',
    ]);
  });
});

describe('checkMemory', () => {
  it('warns where one batch under way takes more than the whole budget', () => {
    const connector = parsed({ 'batch.bytes': String(10 * MIB) });
    expect(checkMemory(20 * MIB, connector)).toEqual([]);
    const [finding] = checkMemory(20 * MIB - 1, connector);
    expect(finding).toMatchObject({ severity: 'warning', code: 'memory-budget' });
    expect(finding?.action).toContain(`memory.budget.bytes to ${20 * MIB}`);
  });
});
