import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../../..');
const script = pathToFileURL(join(ROOT, 'infra/build-kernel.mjs')).href;
const { buildKernel } = (await import(script)) as { buildKernel(root: string): Promise<void> };

/** A project of a kernel with one function. */
let root: string;
let source: string;
let generated: string;

beforeEach(async () => {
  root = await temporaryFolder();
  source = join(root, 'shared/kernel/assembly/index.ts');
  generated = join(root, 'shared/kernel/generated/kernel-wasm.ts');
  await mkdir(join(root, 'shared/kernel/assembly'), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  await writeFile(source, 'export function answer(): i32 { return 41; }\n');
});

describe('the generated kernel', { timeout: 120_000 }, () => {
  it('is made where there is none, left alone while nothing changes, and made again of other sources', async () => {
    await buildKernel(root);
    const first = await readFile(generated, 'utf8');
    const { ino } = await stat(generated);
    await buildKernel(root);
    expect((await stat(generated)).ino).toBe(ino);
    await writeFile(source, 'export function answer(): i32 { return 42; }\n');
    await buildKernel(root);
    const [, text = ''] = /'([A-Za-z0-9+/=]+)'/.exec(await readFile(generated, 'utf8')) ?? [];
    expect(first).not.toContain(text);
    expect(Buffer.from(text, 'base64').toString('latin1', 0, 4)).toBe('\0asm');
  });

  it('is not touched by sources that do not compile: the compiler says what is wrong', async () => {
    await buildKernel(root);
    const before = await readFile(generated, 'utf8');
    await writeFile(source, 'export function answer(): i32 { return nowhere; }\n');
    await expect(buildKernel(root)).rejects.toThrow(/does not compile:[\s\S]*nowhere/);
    expect(await readFile(generated, 'utf8')).toBe(before);
  });
});
