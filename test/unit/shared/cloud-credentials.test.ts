import { describe, expect, it } from 'vitest';
import { contextCredentials } from '../../../shared/cloud-credentials.ts';

describe('credentials of the context of a call', () => {
  it('are those of the role', () => {
    const credentials = { accessKeyId: 'STS.id', accessKeySecret: 'secret', securityToken: 'token' };
    expect(contextCredentials({ credentials })).toEqual(credentials);
  });

  it('have no token where it is empty, which would be signed otherwise', () => {
    const credentials = { accessKeyId: 'id', accessKeySecret: 'secret', securityToken: '' };
    expect(contextCredentials({ credentials })?.securityToken).toBeUndefined();
  });

  it('are none for a function without a role', () => {
    const credentials = { accessKeyId: '', accessKeySecret: '', securityToken: '' };
    expect(contextCredentials({ credentials })).toBeUndefined();
    expect(contextCredentials()).toBeUndefined();
  });
});
