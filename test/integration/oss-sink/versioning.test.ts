/** Buckets by what they answer to GetBucketVersioning. Those with versioning ignore the request not to overwrite. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchOfRecords, offsets } from '../../helpers/records.ts';
import { BUCKET, type OssSetup, setupOss, writeContext } from './oss-setup.ts';

const BATCH = batchOfRecords(offsets(0, 5));
const WRITTEN = { all: 'written', count: 5 };

let oss: OssSetup;
beforeEach(async () => {
  oss = await setupOss();
});
afterEach(() => oss.close());

async function writeTwice(): Promise<void> {
  const writer = oss.writer();
  for (let i = 0; i < 2; i++) expect(await writer.write(BATCH, writeContext())).toEqual(WRITTEN);
}

const requests = () => oss.server.stats().byMethod;
/** Versions that were replaced, as files beside the objects. */
const replaced = () =>
  readdirSync(join(oss.dir, BUCKET), { recursive: true }).filter((path) => /%version/.test(String(path)));

describe('before a put', () => {
  it('a bucket without versioning is asked once, and its forbid-overwrite relied on', async () => {
    await writeTwice();
    expect(requests()).toEqual({ GET: 1, PUT: 2, HEAD: 1 });
    expect(await oss.objects()).toHaveLength(1);
  });

  it.each(['Enabled', 'Suspended'] as const)(
    'a bucket with versioning %s is looked at, and nothing is put over an object',
    async (versioning) => {
      oss.server.createBucket({ name: BUCKET, versioning });
      await writeTwice();
      expect(requests()).toEqual({ GET: 1, PUT: 1, HEAD: 2 });
      expect(await oss.objects()).toHaveLength(1);
      expect(replaced()).toEqual([]);
    },
  );

  it('so is one that is not to be asked', async () => {
    oss.server.setFault({ kind: 'status', status: 403, code: 'AccessDenied', method: 'GET' });
    await writeTwice();
    expect(requests()).toEqual({ GET: 1, PUT: 1, HEAD: 2 });
  });

  it('the question is asked again when it failed', async () => {
    oss.server.setFault({ kind: 'status', status: 503, code: 'ServiceUnavailable', method: 'GET' });
    const writer = oss.writer();
    await expect(writer.write(BATCH, writeContext())).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'OSS_UNAVAILABLE',
    });
    expect(await writer.write(BATCH, writeContext())).toEqual(WRITTEN);
    expect(requests()).toEqual({ GET: 2, PUT: 1 });
  });
});

it('finds another content under its name in a bucket with versioning, and puts nothing over it', async () => {
  oss.server.createBucket({ name: BUCKET, versioning: 'Enabled' });
  await oss.writer().write(BATCH, writeContext());
  const others = batchOfRecords([0, 1, 2, 3, { offset: 4, value: 'other' }]);
  await expect(oss.writer().write(others, writeContext())).rejects.toMatchObject({ code: 'OSS_OBJECT_DIFFERS' });
  expect(replaced()).toEqual([]);
});
