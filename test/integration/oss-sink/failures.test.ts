import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultOrder } from '../../../infra/local/oss/server.ts';
import { batchOfRecords, offsets } from '../../helpers/records.ts';
import { BUCKET, type OssSetup, setupOss, writeContext } from './oss-setup.ts';

let oss: OssSetup;
beforeEach(async () => {
  oss = await setupOss({ buckets: ['example-bucket', { name: 'bucket-in-beijing', region: 'cn-beijing' }] });
});
afterEach(() => oss.close());

const BATCH = batchOfRecords(offsets(0, 10));
const status = (code: string, httpStatus: number): FaultOrder => ({
  kind: 'status',
  status: httpStatus,
  code,
  method: 'PUT',
});

describe('failures of the service', () => {
  it.each([
    [status('QpsLimitExceeded', 503), 'RetriableError', 'OSS_THROTTLED'],
    [status('TooManyRequests', 429), 'RetriableError', 'OSS_THROTTLED'],
    [status('InternalError', 500), 'RetriableError', 'OSS_UNAVAILABLE'],
    [status('BadGateway', 502), 'RetriableError', 'OSS_UNAVAILABLE'],
    [status('ServiceUnavailable', 503), 'RetriableError', 'OSS_UNAVAILABLE'],
    [status('GatewayTimeout', 504), 'RetriableError', 'OSS_UNAVAILABLE'],
    [status('RequestTimeout', 400), 'RetriableError', 'OSS_TIMEOUT'],
    [{ kind: 'drop-before-write', method: 'PUT' }, 'RetriableError', 'OSS_UNREACHABLE'],
    [{ kind: 'drop-after-write', method: 'PUT' }, 'RetriableError', 'OSS_UNREACHABLE'],
    [status('AccessDenied', 403), 'FatalError', 'OSS_ACCESS_DENIED'],
    [status('SecurityTokenExpired', 403), 'FatalError', 'OSS_CREDENTIALS_REFUSED'],
    [status('NeverHeardOf', 400), 'FatalError', 'OSS_UNCLASSIFIED'],
  ] satisfies [FaultOrder, string, string][])('%j is a %s %s', async (fault, name, code) => {
    const writer = oss.writer();
    oss.server.setFault(fault);
    await expect(writer.write(BATCH, writeContext())).rejects.toMatchObject({ name, code });
    expect(await writer.write(BATCH, writeContext())).toEqual({ all: 'written', count: 10 });
    expect(await oss.objects()).toHaveLength(1);
  });

  it('are found on each request: also on the question about versioning, and on HEAD', async () => {
    // With versioning the sink looks before each put.
    oss.server.createBucket({ name: BUCKET, versioning: 'Enabled' });
    for (const method of ['GET', 'HEAD']) {
      const writer = oss.writer({ 'oss.object.prefix': method });
      oss.server.setFault({ kind: 'status', status: 503, code: 'ServiceUnavailable', method });
      await expect(writer.write(BATCH, writeContext())).rejects.toMatchObject({
        name: 'RetriableError',
        code: 'OSS_UNAVAILABLE',
      });
      expect(await writer.write(BATCH, writeContext())).toMatchObject({ all: 'written' });
    }
  });

  it('that last pass in the end: the third attempt writes', async () => {
    const writer = oss.writer();
    oss.server.setFault({ ...status('InternalError', 500), times: 2 });
    for (let i = 0; i < 2; i++)
      await expect(writer.write(BATCH, writeContext())).rejects.toMatchObject({ code: 'OSS_UNAVAILABLE' });
    expect(await writer.write(BATCH, writeContext())).toMatchObject({ all: 'written' });
  });

  it('by silence end at the deadline', async () => {
    const writer = oss.writer();
    oss.server.setFault({ kind: 'hang', method: 'PUT' });
    await expect(writer.write(BATCH, writeContext(2_000))).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'OSS_TIMEOUT',
    });
  });

  it('make the records of an object errant when its name is refused', async () => {
    oss.server.setFault(status('InvalidObjectName', 400));
    const outcome = await oss.writer().write(BATCH, writeContext());
    const errant = { status: 'errant', code: 'OSS_BAD_OBJECT_NAME' };
    expect(outcome).toMatchObject({ outcomes: offsets(0, 10).map((offset) => ({ offset, ...errant })) });
  });
});

describe('a configuration that does not fit the service', () => {
  const failure = (raw: Record<string, unknown>) =>
    oss
      .writer(raw)
      .write(BATCH, writeContext())
      .then(
        () => undefined,
        (error: unknown) => error,
      );

  it('missing bucket', async () => {
    expect(await failure({ 'oss.bucket': 'no-such-bucket' })).toMatchObject({
      name: 'FatalError',
      code: 'OSS_BUCKET_MISSING',
      message: expect.stringContaining('no-such-bucket'),
    });
  });

  it('wrong key and wrong secret', async () => {
    for (const raw of [{ 'oss.access.key.id': 'LTAI5tUnknown' }, { 'oss.access.key.secret': 'a-wrong-secret' }]) {
      const error = await failure(raw);
      expect(error).toMatchObject({ name: 'FatalError', code: 'OSS_CREDENTIALS_REFUSED' });
      expect(String(error)).not.toMatch(/a-wrong-secret|LTAI5t/);
    }
  });

  it('bucket of another region: the message names the right endpoint', async () => {
    expect(await failure({ 'oss.bucket': 'bucket-in-beijing' })).toMatchObject({
      code: 'OSS_WRONG_ENDPOINT',
      message: expect.stringContaining('https://oss-cn-beijing.aliyuncs.com'),
    });
  });

  it.each([
    ['an hour', 3600],
    // On another day the signing date is refused, and not the time.
    ['a day', 24 * 3600],
  ])('clock of this machine is %s off: the message says how far', async (_, seconds) => {
    const skewed = await setupOss({ clock: () => Date.now() + seconds * 1000 });
    try {
      const writing = skewed.writer().write(BATCH, writeContext());
      await expect(writing).rejects.toMatchObject({
        name: 'FatalError',
        code: 'OSS_CLOCK_SKEWED',
        message: expect.stringMatching(new RegExp(`this clock is (${seconds - 1}|${seconds}|${seconds + 1}) s behind`)),
      });
    } finally {
      await skewed.close();
    }
  });

  it('nobody listens at the endpoint', async () => {
    const port = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
      });
    });
    expect(await failure({ 'oss.endpoint': `http://127.0.0.1:${port}` })).toMatchObject({
      name: 'RetriableError',
      code: 'OSS_UNREACHABLE',
    });
  });

  it('an endpoint that speaks no TLS', async () => {
    expect(await failure({ 'oss.endpoint': oss.server.endpoint.replace('http:', 'https:') })).toMatchObject({
      name: 'FatalError',
      code: 'OSS_NOT_TRUSTED',
    });
  });
});

describe('an object larger than the service takes', () => {
  it('is cut in halves; a record that is alone too large is errant', async () => {
    const small = await setupOss({ maxObjectBytes: 500 });
    try {
      const writer = small.writer();
      expect(await writer.write(BATCH, writeContext())).toEqual({ all: 'written', count: 10 });
      expect((await small.objects()).length).toBeGreaterThan(1);
      const large = batchOfRecords([{ offset: 100, value: 'x'.repeat(1_000) }]);
      expect(await writer.write(large, writeContext())).toMatchObject({
        outcomes: [{ offset: 100, status: 'errant', code: 'OSS_OBJECT_TOO_LARGE' }],
      });
    } finally {
      await small.close();
    }
  });
});
