import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ObjectStore } from '../../../../../infra/local/oss/store.ts';
import { type StoredObject, versionIdOf } from '../../../../../infra/local/oss/stored-object.ts';

let dir: string;
let store: ObjectStore;

function open(): void {
  store = new ObjectStore(dir);
  store.createBucket({ name: 'bkt', region: 'cn-hangzhou', createdAt: 1 });
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function put(key: string, text: string): Promise<StoredObject> {
  const body = await store.receive(bytes(text), 1000);
  return store.commit('bkt', key, body, { headers: {}, lastModified: 5 }, () => undefined);
}

const inFolder = (path: string) => readFileSync(join(dir, 'bkt', path), 'utf8');
const content = (object: StoredObject | undefined) =>
  object && (object.deleteMarker ? 'deleted' : inFolder(object.path));
const versions = (key: string) => (store.index('bkt').versions.get(key) ?? []).map(content);
const current = (key: string) => content(store.objects('bkt').get(key));

function remove(key: string, position: number): void {
  const version = store.index('bkt').versions.get(key)?.[position];
  if (version) store.removeVersion('bkt', version);
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spillway-oss-'));
  open();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a bucket with versioning', () => {
  it('keeps what was replaced beside the object, the current one at its own name', async () => {
    await put('a/k', 'before');
    store.setVersioning('bkt', 'Enabled');
    const second = await put('a/k', 'second');
    await put('a/k', 'third');
    expect(readdirSync(join(dir, 'bkt/a')).sort()).toEqual(['k', 'k%version-0', 'k%version-1']);
    expect([inFolder('a/k'), inFolder('a/k%version-1')]).toEqual(['third', 'second']);
    for (let i = 0; i < 2; i++) {
      expect(versions('a/k')).toEqual(['third', 'second', 'before']);
      expect(store.index('bkt').versions.get('a/k')?.map(versionIdOf)[2]).toBe('null');
      expect(content(store.index('bkt').version('a/k', versionIdOf(second)))).toBe('second');
      expect(versionIdOf(second)).toMatch(/^[\w-]{64}$/);
      open();
    }
  });

  it('hides an object behind a delete marker, and shows it again when the marker goes', async () => {
    store.setVersioning('bkt', 'Enabled');
    await put('k', 'one');
    store.addDeleteMarker('bkt', 'k', 9);
    for (let i = 0; i < 2; i++) {
      expect([versions('k'), current('k')]).toEqual([['deleted', 'one'], undefined]);
      expect(existsSync(join(dir, 'bkt/k'))).toBe(false);
      open();
    }
    remove('k', 0);
    expect([versions('k'), current('k'), inFolder('k')]).toEqual([['one'], 'one', 'one']);
    remove('k', 0);
    expect([versions('k'), readdirSync(join(dir, 'bkt'))]).toEqual([[], []]);
  });

  it('has one version without an id while versioning is suspended', async () => {
    await put('k', 'never versioned');
    store.setVersioning('bkt', 'Enabled');
    await put('k', 'kept');
    store.setVersioning('bkt', 'Suspended');
    await put('k', 'null 1');
    await put('k', 'null 2');
    expect(versions('k')).toEqual(['null 2', 'kept']);
    store.addDeleteMarker('bkt', 'k', 9);
    expect(versions('k')).toEqual(['deleted', 'kept']);
    store.addDeleteMarker('bkt', 'k', 9);
    await put('k', 'null 3');
    expect(versions('k')).toEqual(['null 3', 'kept']);
    expect(readdirSync(join(dir, 'bkt')).sort()).toEqual(['k', 'k%version-1']);
    open();
    expect(versions('k')).toEqual(['null 3', 'kept']);
  });

  it('forgets a delete marker under a key that has become an object', async () => {
    store.setVersioning('bkt', 'Enabled');
    store.addDeleteMarker('bkt', 'a/b', 9);
    await put('a', 'one');
    remove('a/b', 0);
    expect([versions('a/b'), versions('a')]).toEqual([[], ['one']]);
  });

  it('does as a list of versions would, whatever comes, also when it is opened again', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('put' as const), key: fc.constantFrom('a', 'a/b', 'c') }),
      fc.record({ do: fc.constant('delete' as const), key: fc.constantFrom('a', 'a/b', 'c') }),
      fc.record({ do: fc.constant('remove' as const), key: fc.constantFrom('a', 'a/b', 'c'), position: fc.nat(2) }),
      fc.record({ do: fc.constantFrom('Enabled' as const, 'Suspended' as const) }),
      fc.record({ do: fc.constant('reopen' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        rmSync(dir, { recursive: true, force: true });
        open();
        store.setVersioning('bkt', 'Enabled');
        let status = 'Enabled';
        const model = new Map<string, { text: string; isNull: boolean }[]>();
        const add = (key: string, text: string) => {
          const isNull = status === 'Suspended';
          const kept = (model.get(key) ?? []).filter((one) => !(isNull && one.isNull));
          model.set(key, [{ text, isNull }, ...kept]);
        };
        let n = 0;
        for (const one of steps) {
          if (one.do === 'put') {
            await put(one.key, `text ${++n}`);
            add(one.key, `text ${n}`);
          } else if (one.do === 'delete') {
            store.addDeleteMarker('bkt', one.key, 9);
            add(one.key, 'deleted');
          } else if (one.do === 'remove') {
            remove(one.key, one.position);
            model.get(one.key)?.splice(one.position, 1);
          } else if (one.do === 'reopen') {
            open();
          } else {
            status = one.do;
            store.setVersioning('bkt', one.do);
          }
          for (const key of ['a', 'a/b', 'c']) {
            const expected = (model.get(key) ?? []).map(({ text }) => text);
            expect(versions(key)).toEqual(expected);
            expect(current(key)).toBe(expected[0] === 'deleted' ? undefined : expected[0]);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is whole after a kill at any step of a replacement', async () => {
    store.setVersioning('bkt', 'Enabled');
    await put('k', 'one');
    // Set aside, and the new body not yet in place.
    const meta = join(dir, '.meta/objects/bkt');
    const aside = JSON.parse(readFileSync(join(meta, 'k%meta.json'), 'utf8'));
    aside.object.path = 'k%version-1';
    writeFileSync(join(meta, 'k%version-1%meta.json'), JSON.stringify(aside));
    open();
    expect([versions('k'), current('k')]).toEqual([['one'], 'one']);
    renameSync(join(dir, 'bkt/k'), join(dir, 'bkt/k%version-1'));
    open();
    expect([versions('k'), current('k'), inFolder('k')]).toEqual([['one'], 'one', 'one']);
    await put('k', 'two');
    expect(versions('k')).toEqual(['two', 'one']);
  });
});
