import { describe, expect, it } from 'vitest';
import { type CredentialSdk, fcCredentials } from '../../../../../../functions/dispatcher/invokers/fc/credentials.ts';
import type { CloudCredentials } from '../../../../../../shared/cloud-credentials.ts';
import { Secret } from '../../../../../../shared/config/secret.ts';
import { RetriableError } from '../../../../../../shared/errors.ts';

const KEYS = { accessKeyId: 'id', accessKeySecret: 'secret', securityToken: 'token' };
const NO_KEYS = { roleArn: undefined, region: 'cn-hangzhou', internal: false, sessionName: 'spillway-orders' };
const ROLE = 'acs:ram::1:role/fc';

interface SdkScript {
  readonly chain?: () => Promise<CloudCredentials>;
  readonly role?: (caller: CloudCredentials) => Promise<CloudCredentials>;
}

/** Stands for @alicloud/credentials; `loads` counts how often it was asked for. */
function sdk({ chain, role }: SdkScript = {}) {
  const told: Record<string, unknown> = {};
  const counts = { loads: 0, chains: 0 };
  const scripted = {
    DefaultCredentialsProvider: {
      builder: () => ({
        build: () => {
          counts.chains++;
          return { getCredentials: chain ?? (() => Promise.reject(new Error('unable to get credentials'))) };
        },
      }),
    },
    RAMRoleARNCredentialsProvider: {
      builder: () => {
        let ask: () => Promise<CloudCredentials> = () => Promise.reject(new Error('nobody'));
        const note = (name: string) => (value: unknown) => {
          told[name] = value;
          return builder;
        };
        const builder = {
          withCredentialsProvider(provider: { getCredentials(): Promise<CloudCredentials> }) {
            ask = () => provider.getCredentials();
            return builder;
          },
          withRoleArn: note('roleArn'),
          withRoleSessionName: note('sessionName'),
          withStsRegionId: note('region'),
          withEnableVpc: note('internal'),
          build: () => ({ getCredentials: async () => await (role ?? (async (caller) => caller))(await ask()) }),
        };
        return builder;
      },
    },
  } as unknown as CredentialSdk;
  const loadSdk = async () => {
    counts.loads++;
    return scripted;
  };
  return { loadSdk, counts, told };
}

const noRole = () => undefined;
function secretsWith(env: Record<string, string>) {
  return {
    resolve(reference: { readonly provider: string; readonly name?: string }) {
      const value = env[reference.name ?? ''];
      if (value === undefined) throw new Error('is not set');
      return value;
    },
  };
}

describe('credentials for Function Compute', () => {
  it('are those of the configuration, looked up at each call, and load nothing', async () => {
    const env: Record<string, string> = { ID: 'a', KEY: 'b' };
    const { loadSdk, counts } = sdk();
    const keys = { accessKeyId: new Secret('${env:ID}'), accessKeySecret: new Secret('${env:KEY}') };
    const ask = fcCredentials({ ...NO_KEYS, ...keys }, { secrets: secretsWith(env), role: () => KEYS, loadSdk });
    expect(await ask()).toMatchObject({ accessKeyId: 'a', accessKeySecret: 'b' });
    env['KEY'] = 'c';
    expect(await ask()).toMatchObject({ accessKeySecret: 'c' });
    delete env['KEY'];
    expect(() => ask()).toThrow(expect.objectContaining({ code: 'FC_CREDENTIALS_MISSING', mayHeal: true }));
    expect(counts.loads).toBe(0);
  });

  it('are those of the role that it runs under, before the chain', async () => {
    const { loadSdk, counts } = sdk();
    let current = { ...KEYS };
    const ask = fcCredentials(NO_KEYS, { secrets: secretsWith({}), role: () => current, loadSdk });
    expect(await ask()).toEqual(KEYS);
    current = { ...KEYS, securityToken: 'renewed' };
    expect(await ask()).toMatchObject({ securityToken: 'renewed' });
    expect(counts.loads).toBe(0);
  });

  it('are asked of the chain once, by however many calls', async () => {
    let asked = 0;
    const chain = async () => {
      asked++;
      return KEYS;
    };
    const { loadSdk, counts } = sdk({ chain });
    const ask = fcCredentials(NO_KEYS, { secrets: secretsWith({}), role: noRole, loadSdk });
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([KEYS, KEYS, KEYS]);
    expect(asked).toBe(1);
    await ask();
    expect({ asked, ...counts }).toEqual({ asked: 2, loads: 1, chains: 1 });
  });

  it('are looked for anew after the chain had none', async () => {
    let there = false;
    const chain = async () => {
      if (!there) throw new Error('unable to get credentials from any of the providers');
      return KEYS;
    };
    const { loadSdk, counts } = sdk({ chain });
    const ask = fcCredentials(NO_KEYS, { secrets: secretsWith({}), role: noRole, loadSdk });
    await expect(ask()).rejects.toMatchObject({ code: 'FC_CREDENTIALS_MISSING', mayHeal: true });
    there = true;
    expect(await ask()).toEqual(KEYS);
    // The SDK's chain would ask nobody but its last member again.
    expect(counts.chains).toBe(2);
  });

  it('assume a role with those that there are', async () => {
    const { loadSdk, told } = sdk({ role: async (caller) => ({ ...caller, accessKeyId: 'STS.x' }) });
    const deps = { secrets: secretsWith({}), role: () => KEYS, loadSdk };
    const ask = fcCredentials({ ...NO_KEYS, roleArn: ROLE, internal: true }, deps);
    expect(await ask()).toMatchObject({ accessKeyId: 'STS.x', accessKeySecret: 'secret' });
    expect(told).toEqual({ roleArn: ROLE, sessionName: 'spillway-orders', region: 'cn-hangzhou', internal: true });
  });

  it.each([
    ['refresh session token failed: {"Code":"NoPermission","Message":"no"}', 'FC_ROLE_REFUSED'],
    ['refresh session token failed: {"Code":"EntityNotExist.Role"}', 'FC_ROLE_REFUSED'],
    ['the access key secret is invalid', 'FC_ROLE_REFUSED'],
    ['refresh session token failed: {"Code":"Throttling.User"}', 'FC_CREDENTIALS_UNREACHABLE'],
    ['connect ECONNREFUSED', 'FC_CREDENTIALS_UNREACHABLE'],
  ])('say of a role that is not handed out (%s) %s', async (message, code) => {
    const { loadSdk } = sdk({ role: () => Promise.reject(new Error(message)) });
    const deps = { secrets: secretsWith({}), role: () => KEYS, loadSdk };
    const ask = fcCredentials({ ...NO_KEYS, roleArn: ROLE }, deps);
    const error = await Promise.resolve(ask()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(ROLE) });
    expect(error instanceof RetriableError).toBe(code === 'FC_CREDENTIALS_UNREACHABLE');
  });

  it('of the caller that are missing are not taken for a refusal of the role', async () => {
    const { loadSdk } = sdk();
    const deps = { secrets: secretsWith({}), role: noRole, loadSdk };
    const ask = fcCredentials({ ...NO_KEYS, roleArn: ROLE }, deps);
    await expect(ask()).rejects.toMatchObject({ code: 'FC_CREDENTIALS_MISSING' });
  });
});
