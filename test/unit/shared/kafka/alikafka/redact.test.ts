import { describe, expect, it } from 'vitest';
import { redact } from '../../../../../shared/kafka/alikafka/redact.ts';

const KEYS = { accessKeyId: 'LTAI+key/id', accessKeySecret: 'secret&of=mine', securityToken: 'CAIS/token+==' };
const twice = (text: string) => encodeURIComponent(encodeURIComponent(text));

describe('redact', () => {
  it.each([
    ['as they are', (text: string) => text],
    ['encoded', encodeURIComponent],
    ['encoded twice', twice],
  ])('takes credentials out, %s', (_how, spelt) => {
    for (const secret of Object.values(KEYS))
      expect(redact(`before ${spelt(secret)} after`, KEYS)).toBe('before [redacted] after');
  });

  it('takes signatures out of addresses', () => {
    const url =
      'https://alikafka.cn-hangzhou.aliyuncs.com/?Action=GetTopicList&AccessKeyId=LTAIother&Signature=abc%2Bdef%3D&Version=1';
    expect(redact(`failed, URL: ${url}`, KEYS)).toBe(
      'failed, URL: https://alikafka.cn-hangzhou.aliyuncs.com/?Action=GetTopicList&AccessKeyId=[redacted]&Signature=[redacted]&Version=1',
    );
  });

  it('takes out the string to sign that a refusal shows, to its end', () => {
    const shown = `POST&%2F&AccessKeyId%3D${twice(KEYS.accessKeyId)}%26SecurityToken%3D${twice(KEYS.securityToken)}\nmore`;
    const text = `Specified signature is not matched with our calculation. server string to sign is:${shown}`;
    expect(redact(text, KEYS)).toBe(
      'Specified signature is not matched with our calculation. server string to sign is: [redacted]',
    );
  });

  it('leaves other text as it is', () => {
    expect(redact('The topic orders-1 already exists.', { ...KEYS, securityToken: '' })).toBe(
      'The topic orders-1 already exists.',
    );
  });
});
