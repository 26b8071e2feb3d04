import { appendFileSync, closeSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ObjectStore } from '../../../../../infra/local/oss/store.ts';
import type { StoredObject } from '../../../../../infra/local/oss/stored-object.ts';
import { Crc64 } from '../../../../../shared/crc64.ts';

let dir: string;
let store: ObjectStore;

function open(): void {
  store = new ObjectStore(dir);
  store.createBucket({ name: 'bkt', region: 'cn-hangzhou', createdAt: 1 });
}

async function receive(text: string) {
  async function* bytes() {
    yield Buffer.from(text);
  }
  return store.receive(bytes(), 1000);
}

/** Appends at `position`; undefined takes whatever is there. */
async function append(text: string, position?: number): Promise<StoredObject> {
  return store.append('bkt', 'k', await receive(text), { headers: {}, lastModified: 5 }, (current) => {
    if (position !== undefined && position !== (current?.size ?? 0)) throw new Error('wrong position');
  });
}

const onDisk = () => readFileSync(join(dir, 'bkt/k'), 'utf8');
const pending = () => readdirSync(join(dir, '.meta/pending'));

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spillway-oss-'));
  open();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('adds to the object, with the checksum of the whole', async () => {
  const first = await append('abc', 0);
  const second = await append('', 3);
  const third = await append('defg', 3);
  expect([onDisk(), third.size, third.type]).toEqual(['abcdefg', 7, 'Appendable']);
  expect(third.crc64).toBe(new Crc64().update(Buffer.from('abcdefg')).digest().toString());
  expect(new Set([first.etag, second.etag, third.etag]).size).toBe(3);
  await expect(append('x', 3)).rejects.toThrow('wrong position');
  expect([onDisk(), pending()]).toEqual(['abcdefg', []]);
});

it('lets one of many win that append at the same position', async () => {
  await append('0', 0);
  const results = await Promise.allSettled(['a', 'b', 'c', 'd'].map((text) => append(text, 1)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(onDisk()).toMatch(/^0[a-d]$/);
  await Promise.all(['e', 'f', 'g'].map((text) => append(text)));
  expect([...onDisk().slice(2)].sort()).toEqual(['e', 'f', 'g']);
  expect(store.objects('bkt').get('k')?.crc64).toBe(new Crc64().update(Buffer.from(onDisk())).digest().toString());
});

it('forgets, after a kill, what was appended and not yet told', async () => {
  await append('abc', 0);
  appendFileSync(join(dir, 'bkt/k'), 'half of it');
  const object = store.objects('bkt').get('k');
  // Whoever reads meanwhile is not refused.
  if (object) closeSync(store.openBody('bkt', object));
  open();
  expect(onDisk()).toBe('abc');
  await append('def', 3);
  expect(onDisk()).toBe('abcdef');
});

it('appends to nothing when the object is replaced meanwhile', async () => {
  await append('abc', 0);
  const late = append('def', 3);
  const put = store.commit('bkt', 'k', await receive('new'), { headers: {}, lastModified: 6 }, () => undefined);
  await Promise.allSettled([late, put]);
  // Whichever came first: what is told is what is there.
  const object = store.objects('bkt').get('k');
  expect(onDisk()).toBe(object?.size === 3 ? 'new' : 'newdef');
  expect(object?.crc64).toBe(new Crc64().update(Buffer.from(onDisk())).digest().toString());
});
