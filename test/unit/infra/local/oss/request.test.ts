import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../../../infra/local/oss/request.ts';

function read(url: string, host: string) {
  return readRequest({ method: 'GET', url, headers: { host } } as IncomingMessage, 'cn-hangzhou');
}

describe('readRequest', () => {
  it.each([
    ['path style', '/bkt/a/b', '127.0.0.1:9000', 'bkt', 'a/b', 'cn-hangzhou'],
    ['path style at a service host', '/bkt/a', 'oss-cn-beijing.aliyuncs.com', 'bkt', 'a', 'cn-beijing'],
    ['bucket alone', '/bkt', 'localhost:9000', 'bkt', undefined, 'cn-hangzhou'],
    ['bucket with slash', '/bkt/', 'localhost:9000', 'bkt', undefined, 'cn-hangzhou'],
    ['service', '/', 'localhost:9000', undefined, undefined, 'cn-hangzhou'],
    ['virtual host', '/a/b', 'bkt.oss-cn-beijing.aliyuncs.com', 'bkt', 'a/b', 'cn-beijing'],
    ['virtual host, internal endpoint', '/a', 'bkt.oss-cn-beijing-internal.aliyuncs.com', 'bkt', 'a', 'cn-beijing'],
    ['virtual host below localhost', '/a', 'bkt.localhost:9000', 'bkt', 'a', 'cn-hangzhou'],
    ['ali-oss without a bucket', '/', 'undefined.oss-cn-hangzhou.aliyuncs.com', undefined, undefined, 'cn-hangzhou'],
    ['absolute target', 'http://bkt.oss-cn-beijing.aliyuncs.com/a?x=1', 'ignored', 'bkt', 'a', 'cn-beijing'],
    [
      'absolute target without path',
      'http://bkt.oss-cn-beijing.aliyuncs.com',
      'ignored',
      'bkt',
      undefined,
      'cn-beijing',
    ],
    ['escaped slash', '/bkt/a%2Fb', 'localhost', 'bkt', 'a/b', 'cn-hangzhou'],
    ['UTF-8 and plus', '/bkt/%E4%B8%AD+%2B', 'localhost', 'bkt', '中++', 'cn-hangzhou'],
    ['dots stay part of the key', '/bkt/../x', 'localhost', 'bkt', '../x', 'cn-hangzhou'],
  ])('reads %s', (_, url, host, bucket, key, region) => {
    expect(read(url, host)).toMatchObject({ bucket, key, region });
  });

  it('reads the query, bare names as empty', () => {
    expect(Object.fromEntries(read('/b/?uploads&prefix=a%20b%2Fc&x=&y=1=2', 'localhost').query)).toEqual({
      uploads: '',
      prefix: 'a b/c',
      x: '',
      y: '1=2',
    });
  });

  it.each(['/bkt//a', '/bkt/%5Ca', '/bkt/%ff', `/bkt/${'a'.repeat(1024)}`, `/bkt/${'%E4%B8%AD'.repeat(342)}`])(
    'refuses the object name in %s',
    (url) => {
      expect(() => read(url, 'localhost')).toThrow(expect.objectContaining({ status: 400, code: 'InvalidObjectName' }));
    },
  );

  it('takes a name of 1023 bytes', () => {
    expect(read(`/bkt/${'a'.repeat(1023)}`, 'localhost').key).toHaveLength(1023);
  });
});
