import { describe, expect, it } from 'vitest';
import { readAuthorization } from '../../../../../../functions/control-plane/rest/guard/authorization-header.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('readAuthorization', () => {
  it.each([
    ['Bearer abc.DEF_~+/=', { scheme: 'bearer', token: 'abc.DEF_~+/=' }],
    ['bearer   abc', { scheme: 'bearer', token: 'abc' }],
    [`Basic ${base64('anna:a:b')}`, { scheme: 'basic', user: 'anna', password: 'a:b' }],
    [`BASIC ${base64('anna:')}`, { scheme: 'basic', user: 'anna', password: '' }],
    [`Basic ${base64('änna:pässwörd')}`, { scheme: 'basic', user: 'änna', password: 'pässwörd' }],
  ])('reads %j', (header, expected) => {
    expect(readAuthorization(header)).toEqual(expected);
  });

  it.each([
    '',
    'Bearer',
    'Bearer a b',
    'Digest abc',
    `Basic ${base64('anna')}`,
    `Basic ${base64(':x')}`,
    'Basic !',
    `Bearer ${'x'.repeat(1025)}`,
  ])('refuses %j', (header) => {
    expect(readAuthorization(header)).toBeUndefined();
  });
});
