import { describe, expect, it } from 'vitest';
import { checkHttpTarget } from '../../../../cli/doctor/check-http-target.ts';
import { brief } from './facts.ts';

const url = new URL('https://me.example:8443/invoke?token=s3cret');
const failing = (code: string) => checkHttpTarget(url, { reached: false, code });

describe('checkHttpTarget', () => {
  it('is content with a connection, and shows no more of the URL than its origin', () => {
    expect(checkHttpTarget(url, { reached: true })).toEqual([
      {
        severity: 'ok',
        code: 'http-reached',
        message:
          'https://me.example:8443 takes connections over TLS with a trusted certificate; the function was not invoked',
      },
    ]);
  });

  it.each([
    ['ECONNREFUSED', 'http-unreachable'],
    ['ENOTFOUND', 'http-unreachable'],
    ['ETIMEDOUT', 'http-unreachable'],
    ['EPROTO', 'http-tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'http-tls'],
    ['CERT_HAS_EXPIRED', 'http-tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'http-tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'http-tls'],
  ])('%s is %s', (code, finding) => {
    const findings = failing(code);
    expect(brief(findings)).toEqual([`problem ${finding}`]);
    expect(JSON.stringify(findings)).not.toContain('s3cret');
  });
});
