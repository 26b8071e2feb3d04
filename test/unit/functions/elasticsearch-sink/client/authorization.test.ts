import { describe, expect, it } from 'vitest';
import { authorizationOf } from '../../../../../functions/elasticsearch-sink/client/authorization.ts';
import { Secret } from '../../../../../shared/config/secret.ts';
import { secretResolver } from '../../../../../shared/config/secret-resolver.ts';

const noFiles = () => {
  throw new Error('no files');
};
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('authorizationOf', () => {
  it.each([
    [{}, undefined],
    [{ username: 'elastic', password: new Secret('p:ä') }, `Basic ${base64('elastic:p:ä')}`],
    [{ apiKey: new Secret('aWQ6a2V5') }, 'ApiKey aWQ6a2V5'],
    [{ apiKey: new Secret('id:key') }, 'ApiKey aWQ6a2V5'],
    [{ bearerToken: new Secret('abc') }, 'Bearer abc'],
  ])('of %o', (keys, header) => {
    expect(authorizationOf(keys, secretResolver({}, noFiles))()).toBe(header);
  });

  it.each([
    [{ apiKey: new Secret(`\${env:S}`, 'elasticsearch.api.key') }, 'elasticsearch.api.key'],
    [{ bearerToken: new Secret(`\${env:S}`, 'elasticsearch.bearer.token') }, 'elasticsearch.bearer.token'],
    [{ username: 'u', password: new Secret(`\${env:S}`, 'elasticsearch.password') }, 'elasticsearch.password'],
  ])('refuses what no header can carry, and does not show it: %#', (keys, key) => {
    for (const value of ['hunter2\n', 'hun\r\nter2', 'hunter\u00002', 'id:hunter2\u007f']) {
      const authorization = authorizationOf(keys, secretResolver({ S: value }, noFiles));
      expect(authorization).toThrow(
        expect.objectContaining({
          code: 'ELASTICSEARCH_CREDENTIALS_MISSING',
          message: expect.stringMatching(new RegExp(`^no credentials for Elasticsearch: ${key}: holds a line break`)),
        }),
      );
      expect(authorization).not.toThrow(/hun/);
    }
  });

  it('takes a secret from a file without the end of its line', () => {
    const keys = { apiKey: new Secret(`\${file:secrets:key}`) };
    expect(
      authorizationOf(
        keys,
        secretResolver({}, () => 'key=aWQ6a2V5\r\n'),
      )(),
    ).toBe('ApiKey aWQ6a2V5');
  });

  it('follows a secret that is replaced, and says which is away', () => {
    const env: Record<string, string> = { PASSWORD: 'old' };
    const keys = { username: 'u', password: new Secret(`\${env:PASSWORD}`, 'elasticsearch.password') };
    const authorization = authorizationOf(keys, secretResolver(env, noFiles));
    expect(authorization()).toBe(`Basic ${base64('u:old')}`);
    env['PASSWORD'] = 'new';
    expect(authorization()).toBe(`Basic ${base64('u:new')}`);
    delete env['PASSWORD'];
    expect(authorization).toThrow(
      expect.objectContaining({
        code: 'ELASTICSEARCH_CREDENTIALS_MISSING',
        mayHeal: true,
        message: expect.stringContaining('elasticsearch.password'),
      }),
    );
  });
});
