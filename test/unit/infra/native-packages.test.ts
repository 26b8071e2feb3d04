import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyNativePackages, NATIVE_PACKAGES } from '../../../infra/native-packages.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** A `node_modules` with snappy, as npm leaves it on a machine of this platform. */
async function installedOn(...platforms: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  const write = async (name: string, manifest: object) => {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'package.json'), JSON.stringify(manifest));
  };
  const binaries = ['darwin-arm64', 'linux-x64-gnu', 'linux-x64-musl'].map((platform) => [
    `@napi-rs/snappy-${platform}`,
    '1',
  ]);
  await write('snappy', { dependencies: { helper: '1' }, optionalDependencies: Object.fromEntries(binaries) });
  await write('helper', {});
  for (const platform of platforms) await write(`@napi-rs/snappy-${platform}`, {});
  return folder;
}

async function copied(from: string) {
  const to = await temporaryFolder();
  const missing = await copyNativePackages(['snappy'], from, to);
  return { missing, names: (await readdir(to, { recursive: true })).filter((name) => !name.endsWith('.json')).sort() };
}

it('copies the binary for the functions’ platform, and none for others', async () => {
  expect(await copied(await installedOn('darwin-arm64', 'linux-x64-gnu'))).toEqual({
    missing: [],
    names: ['@napi-rs', '@napi-rs/snappy-linux-x64-gnu', 'helper', 'snappy'],
  });
});

it('tells what a function lacks when it is built on another platform', async () => {
  const { missing, names } = await copied(await installedOn('darwin-arm64'));
  expect(names).toEqual(['helper', 'snappy']);
  expect(missing).toEqual([
    { binary: '@napi-rs/snappy-linux-x64-gnu@1', without: expect.stringContaining('no snappy') },
  ]);
});

it('tells so too where the package is not installed at all', async () => {
  const { missing, names } = await copied(await temporaryFolder());
  expect(names).toEqual([]);
  expect(missing.map(({ binary }) => binary)).toEqual(['snappy']);
});

it('knows what each package is for', () => {
  expect([...NATIVE_PACKAGES].sort()).toEqual(['@mongodb-js/zstd', '@node-rs/crc32', 'snappy']);
});
