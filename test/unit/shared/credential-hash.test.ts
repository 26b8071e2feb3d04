import { describe, expect, it } from 'vitest';
import { hashOf, hashPassword, hashToken, readHash, SALT_BYTES } from '../../../shared/credential-hash.ts';

/** Cheap, for tests. */
const CHEAP = 'scrypt:16:1:1:c2FsdHNhbHQ=:';

describe('hashes of credentials', () => {
  it('of a password are slow, salted, and match it alone', async () => {
    const text = await hashPassword('correct horse', Buffer.alloc(SALT_BYTES, 7));
    expect(text).toMatch(/^scrypt:32768:8:3:/);
    const hash = readHash(text);
    expect(hash?.cost).toBe('slow');
    expect(await hash?.matches('correct horse')).toBe(true);
    expect(await hash?.matches('correct horsf')).toBe(false);
  });

  // Source: RFC 7914, section 12.
  it('of a password are those of the standard', async () => {
    const salt = Buffer.from('SodiumChloride').toString('base64');
    const expected =
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887';
    const hash = readHash(`scrypt:16384:8:1:${salt}:${Buffer.from(expected, 'hex').toString('base64')}`);
    expect(await hash?.matches('pleaseletmein')).toBe(true);
  });

  it('of the same letters, typed in two ways, are one', async () => {
    const hash = readHash(await hashPassword('caf\u00e9', Buffer.alloc(SALT_BYTES)));
    expect(await hash?.matches('cafe\u0301')).toBe(true);
  });

  it('of a token are fast', async () => {
    const hash = readHash(hashToken('abc'));
    expect(hash?.cost).toBe('fast');
    expect([await hash?.matches('abc'), await hash?.matches('abd'), await hash?.matches('')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await hashOf('abc').matches('abc')).toBe(true);
    expect(hashOf('abc').id).toBe(hash?.id);
  });

  it.each([
    '',
    'abc',
    'sha256:12',
    `${CHEAP}AAAA`,
    'scrypt:15:1:1:c2FsdHNhbHQ=:AAAAAAAAAAAAAAAAAAAAAA==',
    'scrypt:16:0:1:c2FsdHNhbHQ=:AAAAAAAAAAAAAAAAAAAAAA==',
  ])('are not read from %j', (text) => {
    expect(readHash(text)).toBeUndefined();
  });

  it('are read with other costs', () => {
    expect(readHash(`${CHEAP}AAAAAAAAAAAAAAAAAAAAAA==`)?.cost).toBe('slow');
  });
});
