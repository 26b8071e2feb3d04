import { describe, expect, it } from 'vitest';
import { noAnswer } from '../../../../cli/api/api-errors.ts';
import { exitCodeOf } from '../../../../cli/exit-code.ts';

const BASE = 'http://127.0.0.1:8083';

function coded(code: string): Error {
  return Object.assign(new Error('of the system'), { code });
}

describe('noAnswer', () => {
  it.each([
    [coded('ECONNREFUSED'), 'API_UNREACHABLE', 'spillway worker FILE'],
    [coded('ENOTFOUND'), 'API_UNREACHABLE', 'no way to'],
    [new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]), 'API_UNREACHABLE', 'ECONNREFUSED'],
    [new TypeError('failed', { cause: coded('EHOSTUNREACH') }), 'API_UNREACHABLE', 'EHOSTUNREACH'],
    [coded('UND_ERR_SOCKET'), 'API_UNREACHABLE', 'ended the connection'],
    [new DOMException('late', 'TimeoutError'), 'API_TIMEOUT', 'within 2 s'],
    [coded('UND_ERR_HEADERS_TIMEOUT'), 'API_TIMEOUT', 'within 2 s'],
    [coded('SELF_SIGNED_CERT_IN_CHAIN'), 'API_NOT_TRUSTED', '--ca'],
    [coded('CERT_HAS_EXPIRED'), 'API_NOT_TRUSTED', 'CERT_HAS_EXPIRED'],
    [coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'API_FOREIGN', 'http://'],
    [coded('HPE_INVALID_CONSTANT'), 'API_FOREIGN', 'not HTTP'],
  ])('%s becomes %s', (thrown, code, said) => {
    const failure = noAnswer(thrown, BASE, 2_000, false);
    expect(failure).toMatchObject({ code, message: expect.stringContaining(said) });
    expect(failure.message).toContain(BASE);
    expect(exitCodeOf(failure)).toBe(2);
  });

  it('says of a change that it may have been made, unless it never got there', () => {
    const unsure = 'It may have been done all the same';
    expect(noAnswer(new DOMException('late', 'TimeoutError'), BASE, 2_000, true).message).toContain(unsure);
    expect(noAnswer(coded('ECONNRESET'), BASE, 2_000, true).message).toContain(unsure);
    expect(noAnswer(coded('ECONNREFUSED'), BASE, 2_000, true).message).not.toContain(unsure);
  });
});
