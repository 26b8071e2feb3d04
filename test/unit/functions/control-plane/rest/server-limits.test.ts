import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  answerClientError,
  DEFAULT_LIMITS,
  serverOptions,
} from '../../../../../functions/control-plane/rest/server-limits.ts';

function answered(code: string): string {
  const socket = new PassThrough();
  answerClientError(Object.assign(new Error('Parse Error'), { code }), socket as unknown as Socket);
  return String(socket.read() ?? '');
}

describe('answerClientError', () => {
  it.each([
    ['HPE_INVALID_METHOD', 400, 'Bad Request'],
    ['HPE_HEADER_OVERFLOW', 431, 'Request Header Fields Too Large'],
    ['ERR_HTTP_REQUEST_TIMEOUT', 408, 'Request Timeout'],
  ])('answers %s with %s as JSON, and closes', (code, status, reason) => {
    const [head = '', body = ''] = answered(code).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} ${reason}\r\nConnection: close`);
    expect(JSON.parse(body)).toEqual({ error_code: status, message: `HTTP ${status} ${reason}` });
  });

  it('says nothing to who is gone', () => {
    expect(answered('ECONNRESET')).toBe('');
  });
});

it('bounds headers and the time of a request', () => {
  expect(serverOptions(DEFAULT_LIMITS)).toMatchObject({ maxHeaderSize: 16_384, requestTimeout: 30_000 });
});
