import { describe, expect, it } from 'vitest';
import { credentialSource, roleCredentials } from '../../../../functions/oss-sink/credentials.ts';
import { Secret } from '../../../../shared/config/secret.ts';
import { secretResolver } from '../../../../shared/config/secret-resolver.ts';

const noFiles = () => {
  throw new Error('no files here');
};

describe('credentials', () => {
  it('come from the configuration, looked up anew each time', () => {
    const env: Record<string, string> = { ID: 'id', SECRET: 'secret', TOKEN: 'token-1' };
    const source = credentialSource(
      {
        accessKeyId: new Secret('${env:ID}'),
        accessKeySecret: new Secret('${env:SECRET}'),
        securityToken: new Secret('${env:TOKEN}'),
      },
      secretResolver(env, noFiles),
      () => undefined,
    );
    expect(source()).toEqual({ accessKeyId: 'id', accessKeySecret: 'secret', securityToken: 'token-1' });
    env['TOKEN'] = 'token-2';
    expect(source().securityToken).toBe('token-2');
    // Away while somebody replaces it: it may be there the next time.
    delete env['TOKEN'];
    expect(source).toThrow(
      expect.objectContaining({ name: 'FatalError', code: 'OSS_CREDENTIALS_MISSING', mayHeal: true }),
    );
  });

  it('else from the role, else there are none', () => {
    const resolver = secretResolver({}, noFiles);
    const role = { accessKeyId: 'STS.id', accessKeySecret: 's', securityToken: 't' };
    expect(credentialSource({}, resolver, () => role)()).toBe(role);
    expect(() => credentialSource({}, resolver, () => undefined)()).toThrow(
      expect.objectContaining({ name: 'FatalError', code: 'OSS_CREDENTIALS_MISSING', mayHeal: true }),
    );
  });

  it('of a role are read from the environment of a function', () => {
    const env = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'id',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 's',
      ALIBABA_CLOUD_SECURITY_TOKEN: '',
    };
    expect(roleCredentials(env)).toEqual({ accessKeyId: 'id', accessKeySecret: 's', securityToken: undefined });
    expect(roleCredentials({ ...env, ALIBABA_CLOUD_ACCESS_KEY_SECRET: '' })).toBeUndefined();
  });
});
