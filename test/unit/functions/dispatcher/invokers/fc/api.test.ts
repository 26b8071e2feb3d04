import { createHash } from 'node:crypto';
import FC from '@alicloud/fc2';
import { describe, expect, it } from 'vitest';
import { createFcApiV2 } from '../../../../../../functions/dispatcher/invokers/fc/api-v2.ts';
import { createFcApiV3 } from '../../../../../../functions/dispatcher/invokers/fc/api-v3.ts';
import {
  functionArn,
  functionText,
  missingStatement,
} from '../../../../../../functions/dispatcher/invokers/fc/fc-function.ts';

const FN = {
  origin: 'http://127.0.0.1:9000',
  internal: false,
  accountId: '123',
  region: 'cn-hangzhou',
  apiVersion: '3.0',
  serviceName: undefined,
  name: 'orders',
  qualifier: 'prod',
} as const;
const OF_SERVICE = { ...FN, apiVersion: '2.0', serviceName: 'kafka' } as const;
const KEYS = { accessKeyId: 'id', accessKeySecret: 'secret' };
const BODY = Buffer.from('[{"a":"é"}]');
const SYNC = { mode: 'sync', logTail: true, taskId: undefined } as const;
const ASYNC = { mode: 'async', logTail: false, taskId: 'batch-1' } as const;
const moment = { now: () => Date.UTC(2026, 10, 21, 5, 9, 39, 123), nonce: () => 'nonce-1' };

describe('the API of 3.0', () => {
  const api = createFcApiV3(FN, moment);

  it('is called by name and qualifier, signed with the hash of the body', async () => {
    const request = await api.invoke(SYNC, BODY, KEYS);
    expect(request).toMatchObject({
      method: 'POST',
      url: 'http://127.0.0.1:9000/2023-03-30/functions/orders/invocations?qualifier=prod',
      headers: {
        host: '127.0.0.1:9000',
        'x-acs-action': 'InvokeFunction',
        'x-acs-version': '2023-03-30',
        'x-acs-date': '2026-11-21T05:09:39Z',
        'x-acs-signature-nonce': 'nonce-1',
        'x-acs-content-sha256': createHash('sha256').update(BODY).digest('hex'),
        'x-fc-invocation-type': 'Sync',
        'x-fc-log-type': 'Tail',
        authorization: expect.stringMatching(/^ACS3-HMAC-SHA256 Credential=id,SignedHeaders=content-type;host;x-acs-/),
      },
    });
    expect(request.headers['x-acs-security-token']).toBeUndefined();
  });

  it('has the id and the token under the signature', async () => {
    const { headers } = await api.invoke(ASYNC, BODY, { ...KEYS, securityToken: 'token' });
    expect(headers).toMatchObject({
      'x-fc-invocation-type': 'Async',
      'x-fc-async-task-id': 'batch-1',
      'x-acs-accesskey-id': 'id',
      'x-acs-security-token': 'token',
    });
    const signed = /SignedHeaders=([^,]+)/.exec(headers['authorization'] ?? '')?.[1]?.split(';');
    expect(signed).toEqual(expect.arrayContaining(['x-acs-security-token', 'x-fc-async-task-id']));
  });

  it('is asked for settings', async () => {
    const { method, url } = await api.getFunction(KEYS);
    expect([method, url]).toEqual(['GET', 'http://127.0.0.1:9000/2023-03-30/functions/orders?qualifier=prod']);
    expect((await api.getAsyncConfig(KEYS)).url).toContain('/functions/orders/async-invoke-config?');
  });
});

describe('the API of 2.0', () => {
  const api = createFcApiV2(OF_SERVICE, () => import('@alicloud/fc2'));

  it('is called as its SDK calls it, with a signature of its own making', async () => {
    const { method, url, headers, body } = await api.invoke(SYNC, BODY, KEYS);
    expect([method, url]).toEqual([
      'POST',
      'http://127.0.0.1:9000/2016-08-15/services/kafka.prod/functions/orders/invocations',
    ]);
    expect(body).toBe(BODY);
    expect(headers).toMatchObject({ 'x-fc-account-id': '123', 'x-fc-log-type': 'Tail' });
    const { authorization, ...signed } = headers;
    const path = '/2016-08-15/services/kafka.prod/functions/orders/invocations';
    expect(authorization).toBe(FC.getSignature('id', 'secret', 'POST', path, signed));
    // The service checks that as the SDK has it; recorded of @alicloud/fc2 for these bytes.
    expect(headers['content-md5']).toBe('M2VhYTI2ZTk0NGNhMTlkMDYwNDI1ZWM3NTI3YTU2MzU=');
  });

  it('has tokens of keys whose ids do not begin with STS, too', async () => {
    const { headers } = await api.invoke(ASYNC, BODY, { ...KEYS, securityToken: 'token' });
    expect(headers).toMatchObject({
      'x-fc-security-token': 'token',
      'x-fc-invocation-type': 'Async',
      'x-fc-stateful-async-invocation-id': 'batch-1',
    });
  });

  it('is asked for settings', async () => {
    expect((await api.getFunction(KEYS)).url).toMatch(/\/services\/kafka\.prod\/functions\/orders$/);
    expect((await api.getAsyncConfig(KEYS)).url).toMatch(/\/functions\/orders\/async-invoke-config$/);
  });

  it('renders the same call unsigned', async () => {
    const request = api.invocation(ASYNC);
    const { url, headers } = await api.invoke(ASYNC, BODY, KEYS);
    expect(api.urlOf(request)).toBe(url);
    expect(headers).toMatchObject(request.headers);
  });
});

describe('a function', () => {
  it('is named as policies name it', () => {
    expect(functionArn(FN)).toBe('acs:fc:cn-hangzhou:123:functions/orders');
    expect(functionArn(OF_SERVICE)).toBe('acs:fc:cn-hangzhou:123:services/kafka.*/functions/orders');
    expect(functionText(OF_SERVICE)).toBe('function kafka/orders (prod)');
    expect(JSON.parse(missingStatement(FN, 'fc:InvokeFunction'))).toEqual({
      Effect: 'Allow',
      Action: ['fc:InvokeFunction'],
      Resource: ['acs:fc:cn-hangzhou:123:functions/orders', 'acs:fc:cn-hangzhou:123:functions/orders/*'],
    });
  });
});
