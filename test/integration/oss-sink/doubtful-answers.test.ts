import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchOfRecords } from '../../helpers/records.ts';
import { type OssSetup, setupOss, writeContext } from './oss-setup.ts';

let oss: OssSetup;
const closing: (() => void)[] = [];

beforeEach(async () => {
  oss = await setupOss();
});

afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await oss.close();
});

/** An address that answers in the place of OSS. */
async function impostor(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function writeTo(endpoint: string): Promise<unknown> {
  const writer = oss.writer({ 'oss.endpoint': endpoint });
  return writer.write(batchOfRecords([0, 1]), writeContext()).catch((error: unknown) => error);
}

describe('an answer of 200 that is not from OSS', () => {
  it('is not taken for success when a proxy answers everything with a page', async () => {
    const endpoint = await impostor((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please log in</html>');
    });
    expect(await writeTo(endpoint)).toMatchObject({
      code: 'OSS_ANSWER_DOUBTFUL',
      message: expect.stringContaining('oss.endpoint'),
    });
  });

  it('is not taken for success when it says that another body was stored', async () => {
    const endpoint = await impostor(({ method }, response) => {
      const headers = { 'x-oss-request-id': '5C3D9175B6FC201293AD4890', etag: '"D41D8CD98F00B204E9800998ECF8427E"' };
      response.writeHead(200, headers).end(method === 'GET' ? '<VersioningConfiguration/>' : '');
    });
    expect(await writeTo(endpoint)).toMatchObject({
      code: 'OSS_ANSWER_DOUBTFUL',
      message: expect.stringContaining('ETag'),
    });
  });
});
