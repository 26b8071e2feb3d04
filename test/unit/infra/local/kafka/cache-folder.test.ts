import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cached, kafkaCacheFolder } from '../../../../../infra/local/kafka/cache-folder.ts';
import { temporaryFolder } from '../../../../helpers/temporary-folder.ts';

describe('kafkaCacheFolder', () => {
  it('is below SPILLWAY_CACHE when that is set', () => {
    expect(kafkaCacheFolder({ SPILLWAY_CACHE: '/there' })).toBe('/there/kafka-4.3.1');
  });

  it('is below the home folder else', () => {
    expect(kafkaCacheFolder({ SPILLWAY_CACHE: '' })).toMatch(/\/\.cache\/spillway\/kafka-4\.3\.1$/);
  });
});

describe('cached', () => {
  it('makes a thing once', async () => {
    const path = join(await temporaryFolder(), 'a', 'thing');
    let made = 0;
    const make = async (temporary: string) => writeFile(temporary, `made ${++made}`);
    expect(await cached(path, make)).toBe(path);
    await cached(path, make);
    expect(await readFile(path, 'utf8')).toBe('made 1');
  });

  it('leaves nothing behind when making fails, and tries again the next time', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'thing');
    const failing = async (temporary: string) => {
      await writeFile(temporary, 'half');
      throw new Error('disk full');
    };
    await expect(cached(path, failing)).rejects.toThrow('disk full');
    expect(await readdir(folder)).toEqual([]);
    await cached(path, (temporary) => writeFile(temporary, 'whole'));
    expect(await readFile(path, 'utf8')).toBe('whole');
  });

  it('takes over from a process that died while it made the thing', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'thing');
    await writeFile(`${path}.lock`, '');
    await utimes(`${path}.lock`, 0, 0);
    await cached(path, (temporary) => writeFile(temporary, 'whole'));
    expect(await readdir(folder)).toEqual(['thing']);
  });

  it('gives every one of many parallel first users a complete folder, made once', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'thing');
    let made = 0;
    const make = async (temporary: string) => {
      made++;
      await mkdir(temporary);
      await writeFile(join(temporary, 'first'), '1');
      await writeFile(join(temporary, 'second'), '2');
    };
    const seen = await Promise.all(
      Array.from({ length: 8 }, async () => (await readdir(await cached(path, make))).sort()),
    );
    expect(seen).toEqual(Array.from({ length: 8 }, () => ['first', 'second']));
    expect(await readdir(folder)).toEqual(['thing']);
    expect(made).toBe(1);
  });
});
