import { describe, expect, it } from 'vitest';
import {
  holdsSecret,
  isReferenceOnly,
  namesSecret,
} from '../../../../../functions/control-plane/policy/secret-looks.ts';

/** As long as a body may be. Where looking took the square of the length, these would take minutes. */
const LONG = 900_000;

describe('a name of a key', () => {
  it.each([
    'connection.password',
    'dbPassword',
    'my.userpassword',
    'apiKey',
    'api_key',
    'accessKeySecret',
    'secretAccessKey',
    'accesskeysecret',
    'sasl.oauthbearer.clientSecret',
    'bearerToken',
    'sasl.jaas.config',
    'value.converter.basic.auth.user.info',
    'pwd',
  ])('tells of a secret: %s', (key) => {
    expect(namesSecret(key)).toBe(true);
  });

  it.each(['tokenizer', 'key.converter', 'bypass', 'author', 'keys', 'passenger.topic', 'monkey'])(
    'tells of none: %s',
    (key) => {
      expect(namesSecret(key)).toBe(false);
    },
  );
});

describe('a value', () => {
  it.each([
    'https://user:password@host/',
    'https://ghp_0123456789@host/x',
    'jdbc:mysql://u:p?w@db/x',
    'see kafka://a/ and http://u:p@b',
    '-----BEGIN RSA PRIVATE KEY-----\nabc',
  ])('holds a secret: %s', (value) => {
    expect(holdsSecret(value)).toBe(true);
  });

  it.each(['https://host:80/a@b', 'https://host/?mail=a@b', 'a@b', '://x@y', 'https://[::1]:9200', 'u:p@host'])(
    'holds none: %s',
    (value) => {
      expect(holdsSecret(value)).toBe(false);
    },
  );

  it.each([
    ['letters', 'a'.repeat(LONG)],
    ['colons', 'a:'.repeat(LONG / 2)],
    ['schemes', 'a://'.repeat(LONG / 4)],
    ['one scheme', `a://${'a'.repeat(LONG)}`],
    ['begun keys', `-----BEGIN ${'A '.repeat(LONG / 2)}`],
    ['beginnings', '-----BEGIN '.repeat(LONG / 11)],
  ])('of a body full of %s is looked at in no time', (_, value) => {
    expect(holdsSecret(value)).toBe(false);
  });

  it('of a body full of references that are not closed is looked at in no time', () => {
    expect(isReferenceOnly(`$${'{env:'.repeat(LONG / 5)}`)).toBe(false);
    expect(isReferenceOnly('${env:'.repeat(LONG / 6))).toBe(false);
  });
});
