import { describe, expect, it } from 'vitest';
import { configuredCredentials } from '../../../../functions/maxcompute-sink/credentials.ts';
import { secretResolver } from '../../../../shared/config/secret-resolver.ts';
import { maxcomputeConfig } from './config-of.ts';

const resolver = secretResolver({ ID: 'id', KEY: 'key', TOKEN: 'token' }, () => {
  throw new Error('no files here');
});

describe('credentials of MaxCompute', () => {
  it('are those of the configuration, else those of the role, else missing for now', () => {
    const keys = { 'access.id': '${env:ID}', 'access.key': '${env:KEY}', 'security.token': '${env:TOKEN}' };
    const role = { accessKeyId: 'STS.id', accessKeySecret: 's', securityToken: 't' };
    const given = { accessKeyId: 'id', accessKeySecret: 'key', securityToken: 'token' };
    expect(configuredCredentials(maxcomputeConfig(keys), resolver, () => role)()).toEqual(given);
    expect(configuredCredentials(maxcomputeConfig(), resolver, () => role)()).toBe(role);
    expect(configuredCredentials(maxcomputeConfig(), resolver, () => undefined)).toThrow(
      expect.objectContaining({
        code: 'MAXCOMPUTE_CREDENTIALS_MISSING',
        mayHeal: true,
        message: expect.stringContaining('set maxcompute.access.id and maxcompute.access.key'),
      }),
    );
  });
});
