import { describe, expect, it } from 'vitest';
import { checkProcess } from '../../../../cli/doctor/check-process.ts';
import { brief } from './facts.ts';

const all = async () => ({});
const without = (gone: string) => async (name: string) => {
  if (name === gone) throw new Error('not installed');
};

describe('checkProcess', () => {
  it('is content with a Node.js that is new enough and every codec', async () => {
    const findings = await checkProcess('20.19.0', all);
    expect(brief(findings)).toEqual(['ok node-version', 'ok codecs']);
    expect(findings[1]?.message).toContain('gzip, snappy, lz4, zstd');
  });

  it.each(['20.18.9', '18.20.0'])('refuses Node.js %s', async (version) => {
    expect(brief(await checkProcess(version, all))).toContain('problem node-version');
  });

  it('says which codec is missing, what that means, and which package it is', async () => {
    const findings = await checkProcess('20.19.0', without('snappy'));
    expect(findings).toContainEqual({
      severity: 'warning',
      code: 'codec-missing',
      message: expect.stringContaining('compressed with snappy'),
      action: expect.stringContaining('npm install snappy'),
    });
    expect(findings[1]?.message).toContain('gzip, lz4, zstd');
  });

  it('asks for no package for zstd where Node.js has it', async () => {
    expect(brief(await checkProcess('22.15.0', without('@mongodb-js/zstd')))).toEqual(['ok node-version', 'ok codecs']);
    expect(brief(await checkProcess('22.14.0', without('@mongodb-js/zstd')))).toContain('warning codec-missing');
  });
});
