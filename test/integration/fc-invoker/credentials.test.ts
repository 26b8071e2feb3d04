/** What we use of @alicloud/credentials, with the package itself. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { type CredentialSdk, fcCredentials } from '../../../functions/dispatcher/invokers/fc/credentials.ts';
import { Secret } from '../../../shared/config/secret.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';

const MINUTE_MS = 60_000;
const deps = {
  secrets: secretResolver({}, () => ''),
  role: () => undefined,
  loadSdk: (): Promise<CredentialSdk> => import('@alicloud/credentials'),
};
const WHERE = { region: 'cn-hangzhou', internal: false, sessionName: 'spillway-orders' };

const inMinutes = (minutes: number) => `${new Date(Date.now() + minutes * MINUTE_MS).toISOString().slice(0, 19)}Z`;

afterEach(() => vi.unstubAllEnvs());

it('the default chain of the SDK is asked where nothing else is given', async () => {
  const server = createServer((_, response) => {
    const keys = { AccessKeyId: 'STS.chain', AccessKeySecret: 'secret', SecurityToken: 'token' };
    response.end(JSON.stringify({ Code: 'Success', ...keys, Expiration: inMinutes(60) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  vi.stubEnv('HOME', '/nonexistent');
  vi.stubEnv('ALIBABA_CLOUD_ECS_METADATA_DISABLED', 'true');
  vi.stubEnv('ALIBABA_CLOUD_CREDENTIALS_URI', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const ask = fcCredentials({ ...WHERE, roleArn: undefined }, deps);
  expect(await ask()).toEqual({ accessKeyId: 'STS.chain', accessKeySecret: 'secret', securityToken: 'token' });
});

it('a role is assumed by the SDK, and again before its credentials end', async () => {
  const asked: string[] = [];
  /** As the SDK, but for the way to STS. */
  const loadSdk = async () => {
    const sdk = await import('@alicloud/credentials');
    const builder = () => {
      const real = sdk.RAMRoleARNCredentialsProvider.builder();
      const build = real.build.bind(real);
      return Object.assign(real, {
        build: () =>
          Object.assign(build(), {
            doRequest: async (request: { toRequestURL(): string; bodyForm: Record<string, string> }) => {
              asked.push(`${new URL(request.toRequestURL()).host} ${request.bodyForm['RoleArn']}`);
              const minutes = asked.length === 1 ? 10 : 60;
              const Credentials = {
                AccessKeyId: `STS.${asked.length}`,
                AccessKeySecret: 's',
                SecurityToken: 't',
                Expiration: inMinutes(minutes),
              };
              return { statusCode: 200, headers: {}, body: Buffer.from(JSON.stringify({ Credentials })) };
            },
          }),
      });
    };
    return { ...sdk, RAMRoleARNCredentialsProvider: { builder } } as unknown as CredentialSdk;
  };
  const keys = { accessKeyId: new Secret('id'), accessKeySecret: new Secret('secret') };
  const roleArn = 'acs:ram::1:role/fc';
  const ask = fcCredentials({ ...WHERE, ...keys, roleArn }, { ...deps, loadSdk });
  const ids = [];
  for (const _ of [1, 2, 3]) ids.push((await ask()).accessKeyId);
  // The first end in ten minutes, so nobody waits for that.
  expect(ids).toEqual(['STS.1', 'STS.2', 'STS.2']);
  expect(asked).toEqual([`sts.cn-hangzhou.aliyuncs.com ${roleArn}`, `sts.cn-hangzhou.aliyuncs.com ${roleArn}`]);
  const inside = fcCredentials({ ...WHERE, ...keys, roleArn, internal: true }, { ...deps, loadSdk });
  await inside();
  expect(asked.at(-1)).toBe(`sts-vpc.cn-hangzhou.aliyuncs.com ${roleArn}`);
});
