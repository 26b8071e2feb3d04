import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { asyncSettings, defineFunction } from '../../../../../infra/local/fc/function-definition.ts';

const code = tmpdir();

describe('defineFunction', () => {
  it('fills in what the service has by default', () => {
    expect(defineFunction({ name: 'fn', code })).toMatchObject({
      handler: 'index.handler',
      runtime: 'nodejs20',
      memoryMb: 512,
      timeoutS: 60,
      instanceConcurrency: 1,
    });
    expect(asyncSettings(defineFunction({ name: 'fn', code }))).toEqual({
      maxRetries: 3,
      maxAgeS: 86_400,
      task: false,
    });
    expect(asyncSettings(defineFunction({ name: 'fn', code, async: { maxRetries: 0 } })).maxRetries).toBe(0);
  });

  it.each([
    [{ name: 'a'.repeat(65) }, '1 to 64 letters'],
    [{ name: 'a.b' }, '1 to 64 letters'],
    [{ handler: 'index' }, 'FILE.EXPORT'],
    [{ memoryMb: 100 }, 'memoryMb'],
    [{ memoryMb: 130 }, 'memoryMb'],
    [{ timeoutS: 86_401 }, 'timeoutS'],
    [{ initializer: { handler: 'index.start', timeoutS: 301 } }, 'timeoutS'],
    [{ async: { maxRetries: 9 } }, 'maxRetries'],
    [{ async: { maxAgeS: 604_801 } }, 'maxAgeS'],
    [{ instanceConcurrency: 201 }, 'instanceConcurrency'],
    [{ environmentVariables: { FC_REGION: 'x' } }, 'FC_REGION: names that begin with FC_'],
    [{ environmentVariables: { '1A': 'x' } }, '1A: expected a letter'],
    [{ environmentVariables: { 'A-B': 'x' } }, 'A-B: expected a letter'],
    [{ environmentVariables: { A: 'x'.repeat(4096) } }, '4097 bytes of names and values, 4096 is the most'],
    [{ role: { accessKeyId: 'a' } }, 'accessKeySecret'],
    [{ memory: 1 }, 'memory'],
    [{ code: '/nowhere/at/all' }, 'there is no /nowhere/at/all'],
  ])('refuses %j', (wrong, reason) => {
    expect(() => defineFunction({ name: 'fn', code, ...wrong })).toThrow(reason);
  });

  it('takes an environment that is just small enough', () => {
    const environmentVariables = { A: 'é'.repeat(2047), B2_c: '' };
    expect(() => defineFunction({ name: 'fn', code, environmentVariables })).toThrow('4099 bytes');
    const fitting = { A: 'é'.repeat(2045), B2_c: '' };
    expect(defineFunction({ name: 'fn', code, environmentVariables: fitting }).environmentVariables).toEqual(fitting);
  });

  it('names the function, and all that is wrong with it', () => {
    expect(() => defineFunction({ name: 'fn', code, timeoutS: 0, memoryMb: 1 })).toThrow(
      /function fn:[\s\S]*memoryMb[\s\S]*timeoutS/,
    );
    expect(() => defineFunction(undefined)).toThrow('function ?');
  });
});
