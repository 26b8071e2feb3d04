import { describe, expect, it } from 'vitest';
import { checkModule } from '../../../../cli/doctor/check-module.ts';

describe('checkModule', () => {
  it('is content with a file that can be read', () => {
    expect(checkModule('/etc/fn.mjs', true)).toEqual([
      { severity: 'ok', code: 'module-found', message: expect.stringContaining('/etc/fn.mjs is there') },
    ]);
  });

  it('names the file that is not there, and the error that a run would end with', () => {
    expect(checkModule('/etc/fn.mjs', false)).toEqual([
      {
        severity: 'problem',
        code: 'module-missing',
        message: '/etc/fn.mjs cannot be read',
        action: expect.stringContaining('correct invoke.module'),
        error: 'FUNCTION_MODULE_INVALID',
      },
    ]);
  });
});
