import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ObjectStore } from '../../../../../infra/local/oss/store.ts';

let dir: string;
let store: ObjectStore;

async function* body(text: string): AsyncGenerator<Uint8Array> {
  for (const part of text.match(/[\s\S]{1,3}/gu) ?? []) yield Buffer.from(part);
}

async function put(key: string, text: string, mayCommit: () => void = () => undefined): Promise<void> {
  const received = await store.receive(body(text), 1_000_000);
  await store.commit(
    'bkt',
    key,
    received,
    { headers: { 'content-type': 'text/plain' }, lastModified: 1000 },
    mayCommit,
  );
}

function content(key: string): string | undefined {
  const object = store.objects('bkt').get(key);
  return object && readFileSync(join(dir, 'bkt', object.path), 'utf8');
}

function remove(key: string): void {
  const object = store.objects('bkt').get(key);
  if (object) store.removeVersion('bkt', object);
}

function openBucket(): ObjectStore {
  const opened = new ObjectStore(dir);
  opened.createBucket({ name: 'bkt', region: 'cn-hangzhou', createdAt: 1 });
  return opened;
}

const pendingFiles = () => readdirSync(join(dir, '.meta', 'pending'));

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spillway-oss-'));
  store = openBucket();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('ObjectStore', () => {
  it('lays the body where its key says', async () => {
    await put('orders/2026/a=1/00001.json', '[1]');
    expect(readFileSync(join(dir, 'bkt/orders/2026/a=1/00001.json'), 'utf8')).toBe('[1]');
    expect(store.objects('bkt').get('orders/2026/a=1/00001.json')).toEqual({
      key: 'orders/2026/a=1/00001.json',
      path: 'orders/2026/a=1/00001.json',
      size: 3,
      etag: '"35DBA5D75538A9BBE0B4DA4422759A0E"',
      crc64: expect.stringMatching(/^\d+$/),
      lastModified: 1000,
      headers: { 'content-type': 'text/plain' },
    });
    expect(pendingFiles()).toEqual([]);
  });

  const AWKWARD = [
    ...['a', 'a/b', 'a/b/c', 'a/', 'a//b', '..', '../../x', './y', 'a%2Fb', 'a%object-1', 'a%folder/b', 'b\\c', 'B'],
    ...['b', 'nul\u0000', '\n', 'a%empty', '中文/é', '\u{1f600}'.repeat(200), 'x'.repeat(1000), `${'x'.repeat(999)}y`],
  ];

  it('keeps keys apart that a file system would confuse, inside the folder of the bucket, also when opened again', async () => {
    for (const key of AWKWARD) await put(key, key);
    for (const reopened of [false, true]) {
      if (reopened) store = openBucket();
      for (const key of AWKWARD) expect(content(key), key).toBe(key);
    }
    expect(readdirSync(dir).sort()).toEqual(['.meta', 'bkt']);
    for (const key of AWKWARD) remove(key);
    expect(readdirSync(join(dir, 'bkt'))).toEqual([]);
    expect(readdirSync(join(dir, '.meta/objects/bkt'))).toEqual([]);
  });

  it('overwrites in place', async () => {
    await put('k', 'old');
    await put('k', 'new!');
    expect(content('k')).toBe('new!');
    expect(store.objects('bkt').get('k')?.size).toBe(4);
    expect(readdirSync(join(dir, 'bkt'))).toEqual(['k']);
  });

  it('changes nothing when the commit is refused', async () => {
    await put('k', 'old');
    const refuse = () => {
      throw new Error('refused');
    };
    await expect(put('k', 'new', refuse)).rejects.toThrow('refused');
    expect(content('k')).toBe('old');
    expect(pendingFiles()).toEqual([]);
  });

  it('leaves nothing of a body that breaks off or is too large', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('abc');
      throw new Error('connection lost');
    }
    await expect(store.receive(broken(), 100)).rejects.toThrow('connection lost');
    await expect(store.receive(body('abcdef'), 5)).rejects.toMatchObject({ status: 400, code: 'EntityTooLarge' });
    expect(pendingFiles()).toEqual([]);
  });

  it('forgets, after a kill, what was not yet in place', async () => {
    await put('k', 'old');
    writeFileSync(join(dir, '.meta/pending/1.body'), 'half');
    writeFileSync(join(dir, '.meta/pending/1.json'), '{"bucket":"bkt","object":{"key":"k","path":"k","si');
    store = openBucket();
    expect(content('k')).toBe('old');
    expect(pendingFiles()).toEqual([]);
  });

  it('finishes, after a kill, what had its body in place', async () => {
    const object = { key: 'k', path: 'k', size: 3, etag: '"E"', crc64: '1', lastModified: 5, headers: {} };
    writeFileSync(join(dir, '.meta/pending/1.json'), JSON.stringify({ bucket: 'bkt', object }));
    writeFileSync(join(dir, 'bkt/k'), 'new');
    store = openBucket();
    expect(store.objects('bkt').get('k')).toEqual(object);
    expect(pendingFiles()).toEqual([]);
  });

  it('does not serve a body that was changed or removed by hand', async () => {
    await put('changed', 'abc');
    await put('removed', 'abc');
    writeFileSync(join(dir, 'bkt/changed'), 'longer than before');
    rmSync(join(dir, 'bkt/removed'));
    for (const key of ['changed', 'removed']) {
      const object = store.objects('bkt').get(key);
      expect(() => object && store.openBody('bkt', object)).toThrow();
    }
    store = openBucket();
    expect(store.objects('bkt').get('removed')).toBeUndefined();
  });

  it('removes a bucket with all that is its own', async () => {
    await put('k', 'x');
    remove('k');
    store.removeBucket('bkt');
    expect(new ObjectStore(dir).buckets()).toEqual([]);
    expect(existsSync(join(dir, 'bkt'))).toBe(false);
  });
});
