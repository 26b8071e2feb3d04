import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { OssRequest } from '../../../../../infra/local/oss/request.ts';
import { signV1, stringToSignV1 } from '../../../../../infra/local/oss/sign-v1.ts';
import { canonicalRequestV4, parseCredential, signV4, stringToSignV4 } from '../../../../../infra/local/oss/sign-v4.ts';

function request(
  bucket: string,
  key: string,
  headers: Record<string, string>,
  query: Record<string, string> = {},
): OssRequest {
  return {
    method: 'PUT',
    bucket,
    key,
    region: 'cn-hangzhou',
    headers: new Map(Object.entries(headers)),
    query: new Map(Object.entries(query)),
    hostId: 'localhost',
    body: Readable.from([]) as OssRequest['body'],
  };
}

describe('signature version 1', () => {
  it("gives the signature of the service's own example", () => {
    // The page "Include signatures in the Authorization header" of the service's manual.
    const example = request('oss-example', 'nelson', {
      'content-md5': 'ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=',
      'content-type': 'text/html',
      'x-oss-meta-author': 'foo@bar.com',
      'x-oss-magic': 'abracadabra',
    });
    const stringToSign = stringToSignV1(example, 'Thu, 17 Nov 2005 18:49:58 GMT');
    expect(signV1('OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV', stringToSign)).toBe('26NBxoKdsyly4EDv6inkoDft/yA=');
  });

  it('signs sub-resources and leaves list parameters out', () => {
    const listing = request('b', 'k', {}, { prefix: 'x', 'list-type': '2', uploads: '', 'continuation-token': 't' });
    expect(stringToSignV1(listing, 'D')).toBe('PUT\n\n\nD\n/b/k?continuation-token=t&uploads');
  });

  it('signs the UTF-8 bytes of the key', () => {
    expect(stringToSignV1(request('b', '中', {}), 'D')).toBe('PUT\n\n\nD\n/b/\u00e4\u00b8\u00ad');
  });
});

describe('signature version 4', () => {
  const example = request(
    'bucket',
    '1234+-/123/1.txt',
    {
      'x-oss-head1': 'value',
      abc: 'value',
      zabc: 'value',
      xyz: 'value',
      'content-type': 'text/plain',
      'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
    },
    { param1: 'value1', '+param1': 'value3', '|param1': 'value4', '+param2': '', '|param2': '', param2: '' },
  );

  // The examples that the vendor's SDKs share in all languages.
  it.each([
    ['20231216T162057Z', [], 'e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe'],
    ['20231216T172512Z', ['abc', 'zabc'], '4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f'],
  ])('gives the published signature at %s with additional headers %j', (date, additionalHeaders, signature) => {
    const scope = parseCredential('ak/20231216/cn-hangzhou/oss/aliyun_v4_request');
    if (!scope) throw new Error('the credential was not read');
    const dated = { ...example, headers: new Map([...example.headers, ['x-oss-date', date]]) };
    const stringToSign = stringToSignV4(canonicalRequestV4(dated, additionalHeaders), date, scope);
    expect(signV4('sk', scope, stringToSign)).toBe(signature);
  });

  it.each(['', 'ak', 'ak/20231216/cn-hangzhou/oss', 'ak//cn-hangzhou/oss/aliyun_v4_request', 'a/b/c/d/e/f'])(
    'takes %j for no credential',
    (credential) => {
      expect(parseCredential(credential)).toBeUndefined();
    },
  );
});
