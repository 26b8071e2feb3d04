import type OSS from 'ali-oss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOTH_VERSIONS, clientOf, type Started, start } from './fixture.ts';

let started: Started;
beforeAll(async () => {
  started = await start();
});
afterAll(() => started.stop());

describe.each(BOTH_VERSIONS)('ali-oss, signature $version', ({ version, authorizationV4 }) => {
  const key = (name: string) => `${version}/${name}`;
  const NAMES = ['a/1', 'a/2', 'b', 'c/1', 'd&<é +%\u0001'].map((name) => key(`list/${name}`));
  let client: OSS;
  beforeAll(async () => {
    client = clientOf(started.oss, { authorizationV4 });
    for (const name of NAMES) await client.put(name, Buffer.from(name));
  });
  const list = (query: object) => client.list({ prefix: key('list/'), ...query } as OSS.ListObjectsQuery, {});
  const namesOf = (answer: OSS.ListObjectResult) => answer.objects.map(({ name }) => name);

  it('lists by version 1 in pages, with prefix, delimiter, marker and encoding', async () => {
    const seen: string[] = [];
    let marker: string | undefined;
    do {
      const page = await list({ 'max-keys': 2, 'encoding-type': 'url', ...(marker ? { marker } : {}) });
      seen.push(...namesOf(page).map(decodeURIComponent));
      marker = page.isTruncated ? decodeURIComponent(page.nextMarker) : undefined;
    } while (marker !== undefined);
    expect(seen).toEqual(NAMES);
    const folders = await list({ delimiter: '/', 'encoding-type': 'url' });
    expect(folders.prefixes.map(decodeURIComponent)).toEqual([key('list/a/'), key('list/c/')]);
    expect(namesOf(folders).map(decodeURIComponent)).toEqual([NAMES[2], NAMES[4]]);
    expect(namesOf(await list({ marker: NAMES[0], 'max-keys': 2 }))).toEqual(NAMES.slice(1, 3));
    const page = await list({ 'max-keys': 1 });
    expect(page.objects[0]).toMatchObject({
      name: NAMES[0],
      size: Buffer.byteLength(NAMES[0] ?? ''),
      etag: expect.stringMatching(/^"[0-9A-F]{32}"$/),
      lastModified: expect.stringMatching(/\.000Z$/),
      type: 'Normal',
      storageClass: 'Standard',
      owner: { id: expect.any(String) },
    });
    await expect(list({ 'max-keys': 1001 })).rejects.toMatchObject({ status: 400, code: 'InvalidArgument' });
    await expect(list({ 'encoding-type': 'hex' })).rejects.toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it('deletes many, tells which, also those that were not there', async () => {
    const names = [key('gone/1'), key('gone/<&é>'), key('gone/never there')];
    for (const name of names.slice(0, 2)) await client.put(name, Buffer.from('x'));
    const { deleted } = await client.deleteMulti(names);
    expect(deleted).toEqual(names.map((Key) => ({ Key })));
    for (const name of names) await expect(client.head(name)).rejects.toMatchObject({ status: 404 });
  });

  it('deletes many without a word', async () => {
    await client.put(key('quiet'), Buffer.from('x'));
    const { deleted, res } = await client.deleteMulti([key('quiet')], { quiet: true });
    expect(deleted).toEqual([]);
    expect((res as { headers: object }).headers).toMatchObject({ 'content-length': '0' });
    await expect(client.head(key('quiet'))).rejects.toMatchObject({ status: 404 });
  });

  it('deletes nothing of an order that is not in order', async () => {
    await client.put(key('stays'), Buffer.from('x'));
    const tooMany = Array.from({ length: 1001 }, () => key('stays'));
    await expect(client.deleteMulti(tooMany)).rejects.toMatchObject({ status: 400, code: 'MalformedXML' });
    await expect(client.deleteMulti([key('stays'), 'n'.repeat(1024)])).rejects.toMatchObject({
      status: 400,
      code: 'InvalidObjectName',
    });
    await client.head(key('stays'));
  });
});
