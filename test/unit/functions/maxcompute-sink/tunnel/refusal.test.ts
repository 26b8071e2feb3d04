import { describe, expect, it } from 'vitest';
import { OdpsError } from '../../../../../functions/maxcompute-sink/tunnel/odps-error.ts';
import { refusalOf } from '../../../../../functions/maxcompute-sink/tunnel/refusal.ts';

function refusal(status: number, body: string, headers: Record<string, string> = {}): OdpsError {
  return refusalOf({ status, headers, body: Buffer.from(body) }, 'do it', 0);
}

describe('refusals', () => {
  it('reads JSON of the tunnel', () => {
    const body = { Code: 'FlowExceeded', Message: 'Too much', RequestId: 'R1', HostId: 'h', HoldClientMillis: 2500 };
    expect(refusal(429, JSON.stringify(body))).toMatchObject({
      status: 429,
      code: 'FlowExceeded',
      text: 'Too much',
      requestId: 'R1',
      holdClientMs: 2500,
      message: 'do it: HTTP 429 FlowExceeded: Too much (request id R1)',
    });
  });

  it('reads XML of the service, and takes the code before its colon', () => {
    const body =
      '<?xml version="1.0"?><Error><Code>ODPS-0420411: Invalid argument - </Code><Message><![CDATA[a<b]]></Message><RequestId>R2</RequestId></Error>';
    expect(refusal(400, body)).toMatchObject({ code: 'ODPS-0420411', text: 'a<b', requestId: 'R2' });
  });

  it("prefers the reply's own id", () => {
    expect(refusal(400, '{"RequestId":"body"}', { 'x-odps-request-id': 'header' }).requestId).toBe('header');
  });

  it.each([
    ['a page of a gateway', '<html><body>502</body></html>', ''],
    ['an empty body', '', ''],
    ['plain text', 'no healthy upstream', 'no healthy upstream'],
    ['JSON that is no object', '[1]', '[1]'],
  ])('makes do with %s', (_, body, text) => {
    const { status, code, text: said, networkCode } = refusal(502, body);
    expect({ status, code, said, networkCode }).toEqual({ status: 502, code: '', said: text, networkCode: undefined });
  });

  it('takes Retry-After for want of anything better', () => {
    expect(refusal(503, '', { 'retry-after': '3' }).holdClientMs).toBe(3_000);
    expect(refusal(429, '{"HoldClientMillis":"40"}', { 'retry-after': '3' }).holdClientMs).toBe(40);
    expect(refusal(429, '{"HoldClientMillis":"soon"}').holdClientMs).toBeUndefined();
  });

  it('knows where a slot went', () => {
    expect(refusal(308, '', { 'odps-tunnel-routed-server': '10.0.0.2:80' }).routedServer).toBe('10.0.0.2:80');
  });
});

describe('an error', () => {
  it('never shows a signature', () => {
    const text = 'bad header ODPS testid:HfuGpfa9FNFbdY2SSs/eDobhBQA= and ODPS a/2026/r/odps/v4:iCZg/m5K+eE=';
    const error = new OdpsError({ status: 401, code: 'Unauthorized', action: 'do it', text });
    for (const shown of [error.message, error.text, String(error.stack)]) {
      expect(shown).not.toMatch(/HfuGp|iCZg|testid/);
    }
    expect(error.text).toBe('bad header ODPS … and ODPS …');
  });

  it('tells when there was no answer', () => {
    const error = new OdpsError({ status: 0, code: '', action: 'do it', text: '', networkCode: 'ECONNRESET' });
    expect(error.message).toBe('do it: no answer (ECONNRESET)');
  });
});
