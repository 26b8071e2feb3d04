import { describe, expect, it } from 'vitest';
import { readReply, readThrown } from '../../../../functions/oss-sink/oss-failure.ts';
import { capturedFailure } from './replies.ts';

describe('readReply', () => {
  it('reads the error document of the service', () => {
    expect(capturedFailure('service-another-endpoint', 5)).toEqual({
      kind: 'reply',
      status: 403,
      code: 'AccessDenied',
      message:
        'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
      requestId: '5639B2444A9189587ABE6448',
      endpoint: 'oss-cn-beijing.aliyuncs.com',
      serverTimeMs: Date.parse('2015-11-04T07:22:44Z'),
      localTimeMs: 5,
    });
  });

  it('reads the document of a HEAD from its header', () => {
    expect(capturedFailure('head-signature-wrong')).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(capturedFailure('head-object-missing')).toMatchObject({ status: 404, code: 'NoSuchKey' });
  });

  it('reads how long to wait, in seconds or as a date', () => {
    const read = (header: string) =>
      readReply({ status: 503, headers: { 'retry-after': header }, body: Buffer.alloc(0) }, Date.UTC(2024, 0, 1))
        .retryAfterMs;
    expect(read('7')).toBe(7_000);
    expect(read('Mon, 01 Jan 2024 00:00:05 GMT')).toBe(5_000);
    expect(read('Sun, 31 Dec 2023 00:00:00 GMT')).toBe(0);
    expect(read('soon')).toBeUndefined();
  });

  it('reads what no OSS wrote', () => {
    const reply = readReply({ status: 502, headers: {}, body: Buffer.from('<html>Bad Gateway</html>') }, 1);
    expect(reply).toEqual({ kind: 'reply', status: 502, localTimeMs: 1 });
  });

  it('undoes the escapes of XML', () => {
    const body = Buffer.from('<Error><Code>A&amp;B</Code><Message>&lt;&quot;&apos;&gt; &amp;lt;</Message></Error>');
    expect(readReply({ status: 400, headers: {}, body }, 0)).toMatchObject({ code: 'A&B', message: '<"\'> &lt;' });
  });
});

describe('readThrown', () => {
  it('keeps the code of the network, and knows our own giving up', () => {
    const error = Object.assign(new Error('x'), { code: 'ECONNRESET' });
    expect(readThrown(error, false)).toEqual({ kind: 'network', code: 'ECONNRESET', cause: error });
    expect(readThrown(error, true)).toMatchObject({ code: 'ABORTED' });
    expect(readThrown('odd', false)).toMatchObject({ code: '' });
    const noHttp = Object.assign(new Error('x'), { name: 'HTTPParserError', code: undefined });
    expect(readThrown(noHttp, false)).toMatchObject({ code: 'HTTPParserError' });
  });
});
