import { describe, expect, it } from 'vitest';
import { fcAddress, fcEndpointUrl } from '../../../../shared/config/fc-address.ts';

const NOTHING = { 'fc.endpoint': undefined, 'fc.region': undefined, 'fc.account.id': undefined };

describe('the address of Function Compute', () => {
  it.each([
    ['123.cn-hangzhou.fc.aliyuncs.com', 'https://123.cn-hangzhou.fc.aliyuncs.com', false],
    ['http://123.cn-hangzhou-internal.fc.aliyuncs.com', 'http://123.cn-hangzhou-internal.fc.aliyuncs.com', true],
  ])('is read from %s, with account and region', (endpoint, origin, internal) => {
    expect(fcAddress({ ...NOTHING, 'fc.endpoint': endpoint })).toEqual({
      origin,
      accountId: '123',
      region: 'cn-hangzhou',
      internal,
    });
  });

  it('is the public one of account and region', () => {
    expect(fcAddress({ ...NOTHING, 'fc.region': 'cn-beijing', 'fc.account.id': '9' })).toMatchObject({
      origin: 'https://9.cn-beijing.fc.aliyuncs.com',
      internal: false,
    });
  });

  it('is open where neither an endpoint nor both of them are given', () => {
    expect(fcAddress(NOTHING)).toBeUndefined();
    expect(fcAddress({ ...NOTHING, 'fc.region': 'cn-beijing' })).toBeUndefined();
  });

  it('takes what the keys say before what the host name says', () => {
    const keys = { 'fc.endpoint': 'http://127.0.0.1:9', 'fc.region': 'cn-beijing', 'fc.account.id': '9' };
    expect(fcAddress(keys)).toEqual({
      origin: 'http://127.0.0.1:9',
      accountId: '9',
      region: 'cn-beijing',
      internal: false,
    });
  });

  it.each(['ftp://h', 'http://u:p@h', 'http://h/path', 'http://h?x=1', '', 'a b'])('is not %j', (text) => {
    expect(fcEndpointUrl(text)).toBeUndefined();
  });
});
