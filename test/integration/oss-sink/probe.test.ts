import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { probeOss } from '../../../functions/oss-sink/handler.ts';
import { systemClock } from '../../../shared/clock.ts';
import { Secret } from '../../../shared/config/secret.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { BUCKET, type OssSetup, setupOss } from './oss-setup.ts';

const TEMPORARY = { accessKeyId: 'STS.of-the-test', accessKeySecret: 'temporary-secret', securityToken: 'token' };
const deps = { clock: systemClock, secrets: secretResolver({}, () => ''), role: () => TEMPORARY };

async function started(expiresAt = Date.now() + 3_600_000): Promise<OssSetup> {
  const oss = await setupOss({ credentials: [{ ...TEMPORARY, expiresAt }] });
  onTestFinished(() => oss.close());
  return oss;
}

function probe({ server }: OssSetup, { write = false, endpoint = server.endpoint, keys = {} } = {}) {
  const target = { endpoint, region: server.region, bucket: BUCKET, objectName: 'prefix/probe', ...keys };
  return probeOss(target, deps, { signal: AbortSignal.timeout(60_000), write });
}

describe('probeOss', () => {
  it('asks and writes nothing, with the credentials of the role', async () => {
    const oss = await started();
    const found = await probe(oss);
    expect(found).toMatchObject({
      reached: { ok: true, value: expect.any(Number) },
      versioning: { ok: true, value: '' },
      read: { ok: true },
      temporary: true,
    });
    expect(Object.keys(found)).not.toContain('write');
    expect(Object.keys(oss.server.stats().byMethod).sort()).toEqual(['GET', 'HEAD']);
  });

  it('finds that temporary credentials have ended', async () => {
    const found = await probe(await started(Date.now() - 1_000));
    expect(found.read).toMatchObject({ ok: false, code: 'OSS_CREDENTIALS_REFUSED' });
  });

  it('writes and deletes when told to', async () => {
    const oss = await started();
    expect(await probe(oss, { write: true })).toMatchObject({ write: { ok: true }, cleanUp: { ok: true } });
    expect(oss.server.stats().byMethod).toMatchObject({ PUT: 1, DELETE: 1 });
  });

  it('writes nothing where it would stay as a version', async () => {
    const oss = await started();
    oss.server.createBucket({ name: BUCKET, versioning: 'Enabled' });
    const found = await probe(oss, { write: true });
    expect(found.versioning).toEqual({ ok: true, value: 'Enabled' });
    expect(oss.server.stats().byMethod).not.toHaveProperty('PUT');
  });

  it('says that an object was left where it may not be deleted', async () => {
    const oss = await started();
    oss.server.setFault({ kind: 'status', status: 403, code: 'AccessDenied', method: 'DELETE' });
    const found = await probe(oss, { write: true });
    expect(found).toMatchObject({ write: { ok: true }, cleanUp: { ok: false, code: 'OSS_ACCESS_DENIED' } });
  });

  it('tells a missing right to ask for the versioning from a missing right to read', async () => {
    const oss = await started();
    oss.server.setFault({ kind: 'status', status: 403, code: 'AccessDenied', method: 'HEAD' });
    expect(await probe(oss)).toMatchObject({
      versioning: { ok: true, value: '' },
      read: { ok: false, code: 'OSS_ACCESS_DENIED' },
    });
  });

  it('knows what is no OSS, and what is not there', async () => {
    const oss = await started();
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const stranger = await probe(oss, { endpoint: `http://127.0.0.1:${port}` });
    expect(stranger.reached).toMatchObject({ ok: false, code: 'OSS_ANSWER_DOUBTFUL' });
    const nobody = await probe(oss, { endpoint: 'http://127.0.0.1:1' });
    expect(nobody.reached).toMatchObject({
      ok: false,
      code: 'ECONNREFUSED',
      message: expect.stringContaining('cannot be reached'),
    });
    const plain = await probe(oss, { endpoint: `https://127.0.0.1:${port}` });
    expect(plain.reached).toMatchObject({ ok: false, message: expect.stringContaining('http:// or https://') });
  });

  it('shows no secret that it cannot find', async () => {
    const keys = {
      accessKeyId: new Secret('id'),
      accessKeySecret: new Secret('${env:NO_SUCH_VARIABLE}', 'the.secret'),
    };
    const found = await probe(await started(), { keys });
    expect(found.read).toMatchObject({ ok: false, message: expect.stringContaining('NO_SUCH_VARIABLE is not set') });
    expect(found.temporary).toBeUndefined();
  });
});
