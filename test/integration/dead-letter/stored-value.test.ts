import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { fetchStoredValue } from '../../../functions/dead-letter/stored-value.ts';
import { valueDigest } from '../../../shared/value-digest.ts';

const VALUE = 'the value';
const HOST = '127.0.0.1';

/** Where a store listens that answers so. */
async function storeOf(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, HOST);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://${HOST}:${(server.address() as AddressInfo).port}/value?Signature=secret`;
}

const answering =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

it.each<[string, number, string, Readonly<Record<string, string>>, unknown]>([
  ['what is stored', 200, VALUE, {}, { value: Buffer.from(VALUE) }],
  [
    'with its digest',
    200,
    VALUE,
    { 'x-oss-meta-spillway-sha256': valueDigest(Buffer.from(VALUE)) },
    { value: Buffer.from(VALUE) },
  ],
  [
    'another digest',
    200,
    VALUE,
    { 'x-oss-meta-spillway-sha256': 'x' },
    { gone: expect.stringContaining('another value') },
  ],
  ['another size', 200, 'short', {}, { gone: expect.stringContaining('another value') }],
  ['far too much', 200, 'x'.repeat(200_000), {}, { gone: expect.stringContaining('another value') }],
  ['no object', 404, '<Error/>', {}, { gone: expect.stringContaining('HTTP 404') }],
  ['an expired reference', 403, '<Error/>', {}, { gone: expect.stringContaining('HTTP 403') }],
])('takes an answer for what it is: %s', async (_, status, body, headers, expected) => {
  const url = await storeOf(answering(status, body, headers));
  expect(await fetchStoredValue(url, VALUE.length, HOST)).toEqual(expected);
});

it.each<[string, RequestListener]>([
  ['a service that fails', answering(503, '')],
  ['a connection that breaks', (request) => request.socket.destroy()],
])('tries again later: %s', async (_, listener) => {
  const failure = fetchStoredValue(await storeOf(listener), VALUE.length, HOST);
  await expect(failure).rejects.toMatchObject({ name: 'RetriableError', code: 'STORED_VALUE_UNREACHABLE' });
  await expect(failure).rejects.not.toThrow(/secret/);
});

it.each([['http://127.0.0.1:1/x'], ['https://aliyuncs.com.evil.example/x'], ['file:///etc/passwd'], ['no url'], ['']])(
  'goes nowhere else: %s',
  async (url) => {
    expect(await fetchStoredValue(url, 1, 'oss.example.com')).toEqual({ gone: expect.stringContaining('no http URL') });
  },
);

it('goes to OSS alone where no other host is configured', async () => {
  const elsewhere = await fetchStoredValue('http://store.undefined/x', 1, undefined);
  expect(elsewhere).toEqual({ gone: expect.stringContaining('no http URL') });
});
