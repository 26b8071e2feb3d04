import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { defineFunction } from '../../../../../infra/local/fc/function-definition.ts';
import { instanceEnvironment } from '../../../../../infra/local/fc/instance-environment.ts';

const ACCOUNT = { accountId: '123', region: 'cn-hangzhou' };
const code = tmpdir();

it('has what the platform injects and the function says, and nothing of ours', () => {
  const fn = defineFunction({ name: 'fn', code, memoryMb: 256, environmentVariables: { OSS_BUCKET: 'b' } });
  const environment = instanceEnvironment(fn, ACCOUNT, 'c-1');
  expect(environment).toEqual({
    PATH: expect.any(String),
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    OSS_BUCKET: 'b',
    FC_FUNC_CODE_PATH: code,
    FC_ACCOUNT_ID: '123',
    FC_FUNCTION_NAME: 'fn',
    FC_FUNCTION_HANDLER: 'index.handler',
    FC_FUNCTION_MEMORY_SIZE: '256',
    FC_REGION: 'cn-hangzhou',
    FC_INSTANCE_ID: 'c-1',
    FC_VER_ID: 'LATEST',
    FC_FUNCTION_VERSION: 'LATEST',
  });
});

it('has the credentials of the role, where there is one', () => {
  const role = { accessKeyId: 'STS.a', accessKeySecret: 'b', securityToken: 'c' };
  const environment = instanceEnvironment(defineFunction({ name: 'fn', service: 'svc', code, role }), ACCOUNT, 'c-1');
  expect(environment).toMatchObject({
    ALIBABA_CLOUD_ACCESS_KEY_ID: 'STS.a',
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'b',
    ALIBABA_CLOUD_SECURITY_TOKEN: 'c',
    FC_SERVICE_NAME: 'svc',
  });
});
