import { describe, expect, it } from 'vitest';
import { ossAddress, regionComplaint } from '../../../../functions/oss-sink/endpoint.ts';

describe('ossAddress', () => {
  it.each([
    [undefined, 'cn-hangzhou', 'https://oss-cn-hangzhou.aliyuncs.com', 'cn-hangzhou'],
    [undefined, 'oss-cn-hangzhou', 'https://oss-cn-hangzhou.aliyuncs.com', 'cn-hangzhou'],
    [
      'oss-ap-southeast-1-internal.aliyuncs.com',
      undefined,
      'https://oss-ap-southeast-1-internal.aliyuncs.com',
      'ap-southeast-1',
    ],
    ['http://127.0.0.1:9000', 'cn-beijing', 'http://127.0.0.1:9000', 'cn-beijing'],
  ])('endpoint %s and region %s', (endpoint, region, origin, id) => {
    const address = ossAddress(endpoint, region);
    expect([address?.endpoint.origin, address?.region]).toEqual([origin, id]);
  });

  it('is open where nothing names a region', () => {
    expect(ossAddress('https://files.example.com', undefined)).toBeUndefined();
    expect(ossAddress(undefined, undefined)).toBeUndefined();
  });
});

describe('regionComplaint', () => {
  it('takes region ids and refuses others', () => {
    expect(regionComplaint('cn-hangzhou')).toBeUndefined();
    expect(regionComplaint('oss-us-west-1')).toBeUndefined();
    expect(regionComplaint('cn_hangzhou')).toContain('cn-hangzhou');
  });
});
