/** Buckets by what they answer to GetBucketVersioning. The stand-in has no versions; a front before it answers that one question. */
import { createServer, request, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchOfRecords, offsets } from '../../helpers/records.ts';
import { type OssSetup, setupOss, writeContext } from './oss-setup.ts';

const BATCH = batchOfRecords(offsets(0, 5));
const configuration = (inside: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<VersioningConfiguration xmlns="http://doc.oss-cn-hangzhou.aliyuncs.com">${inside}</VersioningConfiguration>`;

let oss: OssSetup;
let front: Server;
/** Methods of the requests about objects, in order; `?` for the question. */
let seen: string[];
let answer: { status: number; body: string };

beforeEach(async () => {
  oss = await setupOss();
  seen = [];
  front = createServer((incoming, outgoing) => {
    if (incoming.url?.includes('versioning')) {
      seen.push('?');
      const headers = { 'content-type': 'application/xml', 'x-oss-request-id': '5C3D9175B6FC201293AD4890' };
      outgoing.writeHead(answer.status, headers).end(answer.body);
      return;
    }
    seen.push(incoming.method ?? '');
    const { method, url, headers } = incoming;
    const onward = request(new URL(url ?? '/', oss.server.endpoint), { method, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => {
    front.close(resolve);
    front.closeAllConnections();
  });
  await oss.close();
});

function writerThroughFront() {
  const address = front.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return oss.writer({ 'oss.endpoint': `http://127.0.0.1:${address.port}` });
}

const writeTwice = async () => {
  const writer = writerThroughFront();
  for (let i = 0; i < 2; i++) expect(await writer.write(BATCH, writeContext())).toEqual({ all: 'written', count: 5 });
};

describe('before a put', () => {
  it('a bucket without versioning is asked once, and its forbid-overwrite relied on', async () => {
    answer = { status: 200, body: configuration('') };
    await writeTwice();
    expect(seen).toEqual(['?', 'PUT', 'PUT', 'HEAD']);
  });

  it.each([
    ['enabled', { status: 200, body: configuration('<Status>Enabled</Status>') }],
    ['suspended', { status: 200, body: configuration('<Status>Suspended</Status>') }],
    ['not to be asked', { status: 403, body: '<Error><Code>AccessDenied</Code><Message>no right</Message></Error>' }],
  ])('a bucket with versioning %s is looked at, and nothing is put over an object', async (_, reply) => {
    answer = reply;
    await writeTwice();
    expect(seen).toEqual(['?', 'HEAD', 'PUT', 'HEAD']);
  });

  it('the question is asked again when it failed', async () => {
    answer = { status: 503, body: '' };
    const writer = writerThroughFront();
    await expect(writer.write(BATCH, writeContext())).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'OSS_UNAVAILABLE',
    });
    answer = { status: 200, body: configuration('') };
    expect(await writer.write(BATCH, writeContext())).toEqual({ all: 'written', count: 5 });
    expect(seen).toEqual(['?', '?', 'PUT']);
  });
});
