import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { barrier, makeOpenFolder, mustPass, serverUser } from '../../../../../infra/local/search/server-user.ts';
import { temporaryFolder } from '../../../../helpers/temporary-folder.ts';

it('names the folder that keeps the servers’ user out, were it ever so far above', async () => {
  const outer = await temporaryFolder();
  const inner = join(outer, 'a', 'b');
  mkdirSync(inner, { recursive: true });
  const isRoot = process.getuid?.() === 0;
  expect(serverUser() === undefined).toBe(!isRoot);
  expect(barrier(join(inner, 'not-there', 'yet'))).toBe(isRoot ? outer : undefined);
  chmodSync(outer, 0o711);
  expect(barrier(inner)).toBeUndefined();
});

const isRoot = process.getuid?.() === 0;
const modeOf = (folder: string) => statSync(folder).mode & 0o777;

it.skipIf(!isRoot)('opens the folders that it makes, and none that was there', async () => {
  const outer = await temporaryFolder();
  const inner = join(outer, 'a', 'b');
  makeOpenFolder(inner);
  expect([inner, join(outer, 'a'), outer].map(modeOf)).toEqual([0o755, 0o755, 0o700]);
  chmodSync(inner, 0o700);
  makeOpenFolder(inner);
  expect(modeOf(inner)).toBe(0o700);
});

it.skipIf(!isRoot)('says what to do about a folder that is closed, were it the last one', async () => {
  const outer = await temporaryFolder();
  const inner = join(outer, 'a');
  chmodSync(outer, 0o711);
  makeOpenFolder(inner);
  expect(() => mustPass(inner, 'go elsewhere')).not.toThrow();
  chmodSync(inner, 0o700);
  expect(() => mustPass(inner, 'go elsewhere')).toThrow(
    expect.objectContaining({
      code: 'LOCAL_SEARCH_UNAVAILABLE',
      message: expect.stringContaining(`may enter ${inner}: go elsewhere, or allow it (chmod o+x ${inner})`),
    }),
  );
});
