import { describe, expect, it } from 'vitest';
import { tlsMaterialOf } from '../../../../../functions/elasticsearch-sink/client/tls-material.ts';
import { Secret } from '../../../../../shared/config/secret.ts';
import { secretResolver } from '../../../../../shared/config/secret-resolver.ts';

const files: Record<string, string> = {};
const secrets = secretResolver({ PASS: 'phrase' }, (path) => {
  const text = files[path];
  if (text === undefined) throw Object.assign(new Error('no such file: secret words'), { code: 'ENOENT' });
  return text;
});

describe('tlsMaterialOf', () => {
  it('has texts as they are given, and secrets in clear at the moment of use', () => {
    const material = tlsMaterialOf(
      {
        ca: 'CA',
        certificate: 'CERT',
        key: new Secret('KEY'),
        passphrase: new Secret(`\${env:PASS}`),
        checkHostname: false,
      },
      secrets,
    );
    expect(material()).toEqual({ ca: 'CA', cert: 'CERT', key: 'KEY', passphrase: 'phrase', checkHostname: false });
  });

  it('reads files anew for each connection, and names the one that is away', () => {
    files['/ca'] = 'first';
    files['/own'] = 'key and certificate';
    const caFile = { key: 'elasticsearch.ssl.truststore.location', path: '/ca' };
    const keyFile = { key: 'elasticsearch.ssl.keystore.location', path: '/own' };
    const material = tlsMaterialOf({ caFile, keyFile, checkHostname: true }, secrets);
    expect(material()).toMatchObject({ ca: 'first', cert: 'key and certificate', key: 'key and certificate' });
    files['/ca'] = 'second';
    expect(material()).toMatchObject({ ca: 'second' });
    delete files['/ca'];
    expect(material).toThrow(
      expect.objectContaining({
        code: 'ELASTICSEARCH_CERTIFICATES_MISSING',
        mayHeal: true,
        message: expect.stringMatching(/truststore\.location.*\/ca cannot be read \(ENOENT\)/),
      }),
    );
    expect(material).not.toThrow(/secret words/);
  });
});
