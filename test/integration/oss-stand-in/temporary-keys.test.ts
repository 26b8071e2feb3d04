import OSS from 'ali-oss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOTH_VERSIONS, clientOf, KEY_ID, SECRET, type Started, start } from './fixture.ts';

const TEMPORARY = { accessKeyId: 'STS.temporary', accessKeySecret: 'temporary-secret' };
const HOUR_MS = 3_600_000;

let started: Started;
let clockMs = 0;
beforeAll(async () => {
  started = await start({
    clock: () => Date.now() + clockMs,
    credentials: [
      { accessKeyId: KEY_ID, accessKeySecret: SECRET },
      { ...TEMPORARY, securityToken: 'token+/=', expiresAt: Date.now() + HOUR_MS },
      { accessKeyId: 'STS.over', accessKeySecret: 'over-secret', securityToken: 'token', expiresAt: Date.now() - 1 },
    ],
  });
});
afterAll(() => started.stop());

async function later<T>(ms: number, run: () => Promise<T>): Promise<T> {
  clockMs = ms;
  try {
    return await run();
  } finally {
    clockMs = 0;
  }
}

describe.each(BOTH_VERSIONS)('a temporary key, signature $version', ({ authorizationV4 }) => {
  const client = (options: object = {}) =>
    clientOf(started.oss, {
      authorizationV4,
      ...TEMPORARY,
      refreshSTSToken: async () => ({}) as never,
      refreshSTSTokenInterval: 1e9,
      ...options,
    });
  const put = (options: object = {}) => client(options).put('k', Buffer.from('x'));

  it('works with its token until that expires', async () => {
    await put({ stsToken: 'token+/=' });
    await expect(
      put({ accessKeyId: 'STS.over', accessKeySecret: 'over-secret', stsToken: 'token' }),
    ).rejects.toMatchObject({
      status: 403,
      code: 'SecurityTokenExpired',
      ecCode: '0002-00000007',
    });
  });

  it.each([
    ['without its token', {}, 'InvalidAccessKeyId', '0002-00000003'],
    ['with another token', { stsToken: 'other' }, 'InvalidSecurityToken', '0002-00000006'],
    ['that nobody gave', { accessKeyId: 'STS.nobody', stsToken: 'token+/=' }, 'InvalidAccessKeyId', '0002-00000002'],
    [
      'that is none, with a token',
      { accessKeyId: KEY_ID, accessKeySecret: SECRET, stsToken: 'token+/=' },
      'InvalidAccessKeyId',
      '0002-00000002',
    ],
    ['with another secret', { accessKeySecret: 'other', stsToken: 'token+/=' }, 'SignatureDoesNotMatch', undefined],
  ])('is refused %s', async (_, options, code, ec) => {
    const refused = expect(put(options)).rejects;
    await refused.toMatchObject({ status: 403, code, ...(ec === undefined ? {} : { ecCode: ec }) });
  });

  it('presigns with its token, until that expires', async () => {
    const signer = client({ stsToken: 'token+/=', endpoint: `http://localhost:${started.oss.port}`, sldEnable: true });
    await signer.put('claim', Buffer.from('claimed'));
    const v4 = signer as unknown as { signatureUrlV4(...args: unknown[]): Promise<string> };
    const sign = async (seconds: number) =>
      authorizationV4
        ? v4.signatureUrlV4('GET', seconds, {}, 'claim')
        : signer.signatureUrl('claim', { expires: seconds });
    const address = await sign(7200);
    expect(await (await fetch(address)).text()).toBe('claimed');
    const codeOf = async (url: string) => /<Code>(\w+)/.exec(await (await fetch(url)).text())?.[1];
    expect(await later(HOUR_MS + 1000, () => codeOf(address))).toBe('SecurityTokenExpired');
    const token = /[?&]((?:x-oss-)?security-token=[^&]*)/.exec(address)?.[1] ?? 'none';
    expect(await codeOf(address.replace(token, ''))).toBe('InvalidAccessKeyId');
    expect(await codeOf(address.replace(token, token.replace(/=.*/, '=other')))).toBe('InvalidSecurityToken');
  });
});

it('lists buckets with a temporary key', async () => {
  const options = { ...TEMPORARY, stsToken: 'token+/=', endpoint: started.oss.endpoint, refreshSTSTokenInterval: 1e9 };
  const { buckets } = (await new OSS({ ...options, region: 'oss-cn-hangzhou' }).listBuckets({})) as unknown as {
    buckets: { name: string }[];
  };
  expect(buckets.map(({ name }) => name)).toEqual(['orders-archive']);
});
