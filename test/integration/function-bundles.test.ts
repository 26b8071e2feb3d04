import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions, type FunctionBundle } from '../../infra/bundle-functions.ts';
import { importMs, zippedBytes } from '../../infra/bundle-report.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What bundles may weigh, in KiB, minified: a dependency that comes in whole is noticed. */
const MOST_KIB: Readonly<Record<string, number>> = {
  'dead-letter': 1_600,
  dispatcher: 3_800,
  'elasticsearch-sink': 2_500,
  'maxcompute-sink': 1_600,
  'oss-sink': 2_000,
};
/** Of Debian 10, which Function Compute's built-in runtimes are. */
const GLIBC = { GLIBC: [2, 28], GLIBCXX: [3, 4, 25] } as const;

let out = '';
let bundles: readonly FunctionBundle[] = [];
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'spillway-bundles-'));
  bundles = await bundleFunctions(ROOT, join(ROOT, 'functions'), out);
});
afterAll(() => rm(out, { recursive: true, force: true }));

/** Bytes and times of a folder's files, by path. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    content[path.slice(folder.length)] = `${(await stat(path)).mtimeMs} ${(await readFile(path)).toString('base64')}`;
  }
  return content;
}

const isNewer = (version: readonly number[], than: readonly number[]) => {
  const at = than.findIndex((part, i) => part !== (version[i] ?? 0));
  return at < 0 ? version.length > than.length : (version[at] ?? 0) > (than[at] ?? 0);
};

/** Names that the bundle exports, as plain node sees them, in a folder from which the project's packages cannot be found. */
async function exportsOf(file: string): Promise<string[]> {
  const script = `import(${JSON.stringify(file)}).then((m) => { console.log(JSON.stringify(Object.keys(m))); process.exit(0); })`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: dirname(file) });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as string[];
}

/** A functions folder with one function; it lies where its imports are found. */
async function sampleFunction(text: string): Promise<string> {
  const folder = await temporaryFolder(join(ROOT, 'node_modules'));
  await mkdir(join(folder, 'sample'));
  await writeFile(join(folder, 'sample', 'handler.ts'), text);
  await mkdir(join(folder, 'not-a-function'));
  return folder;
}

describe('bundleFunctions', () => {
  it('makes every function of the project one file that plain node loads on its own', async () => {
    expect(bundles.map(({ name }) => name)).toEqual(Object.keys(MOST_KIB));
    for (const { name, file } of bundles) {
      const exported = await exportsOf(file);
      if (existsSync(join(ROOT, 'functions', name, 'handler.ts'))) expect(exported).toContain('handler');
      expect(exported.length).toBeGreaterThan(0);
    }
  });

  it('loads the client of Elasticsearch from the bundle, when the first record comes', async () => {
    const file = bundles.find(({ name }) => name === 'elasticsearch-sink')?.file ?? '';
    const event = [
      { topic: 't', partition: 0, offset: 1, timestamp: 1, overflowFlag: false, value: '1', valueSize: 1 },
    ];
    const script = `import(${JSON.stringify(file)})
      .then((m) => m.handler(Buffer.from(${JSON.stringify(JSON.stringify(event))})))
      .then((answer) => { console.log(JSON.stringify(answer)); process.exit(0); })`;
    const env = { ELASTICSEARCH_HOSTS: 'http://127.0.0.1:1', ELASTICSEARCH_INDEX: 'x', LOG_LEVEL: 'silent' };
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: dirname(file), env });
    expect(JSON.parse(stdout)).toMatchObject({ outcomes: [{ status: 'retry', code: 'ELASTICSEARCH_UNREACHABLE' }] });
  });

  it('are small, and the build can tell how much they weigh and how long they take to load', async () => {
    expect(bundles.filter(({ name, bytes }) => bytes > (MOST_KIB[name] ?? 0) * 1024)).toEqual([]);
    const [{ folder = '', file = '', bytes = 0 } = {}] = bundles;
    const zipped = await zippedBytes(folder);
    expect(zipped).toBeGreaterThan(bytes / 10);
    expect(await importMs(file)).toBeGreaterThan(0);
  });

  it('come out the same, byte for byte, times included', async () => {
    const again = await temporaryFolder();
    await bundleFunctions(ROOT, join(ROOT, 'functions'), again, ['maxcompute-sink']);
    const first = await contentOf(join(out, 'maxcompute-sink'));
    expect(Object.keys(first).length).toBeGreaterThan(3);
    expect(await contentOf(join(again, 'maxcompute-sink'))).toEqual(first);
  });

  it('carry native code that the runtime of Function Compute can load', async () => {
    const names = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.node'));
    for (const name of names) {
      expect(name).toMatch(/linux-x64-gnu\.node$/);
      const needed = (await readFile(join(out, name))).toString('latin1').matchAll(/(GLIBC|GLIBCXX)_(\d+(?:\.\d+)+)/g);
      const tooNew = [...needed].filter(([, library = '', version = '']) =>
        isNewer(version.split('.').map(Number), GLIBC[library as keyof typeof GLIBC]),
      );
      expect([name, tooNew.map(([symbol]) => symbol)]).toEqual([name, []]);
    }
    const isThatPlatform = process.platform === 'linux' && process.arch === 'x64';
    if (isThatPlatform) expect(bundles.flatMap(({ missing }) => missing)).toEqual([]);
  });

  it('bundles CommonJS packages and deep imports, and carries native ones along', async () => {
    const functions = await sampleFunction(`
      import OSS from 'ali-oss';
      import Decoder from 'kafkajs/src/protocol/decoder.js';
      import { crc32c } from '@node-rs/crc32';
      export class NamedError extends Error {}
      export const handler = () => [OSS.name, Decoder.int32Size(), crc32c('a'), NamedError.name];
      if (handler().length !== 4 || NamedError.name !== 'NamedError') throw new Error('broken bundle');
    `);
    const folder = await temporaryFolder();
    const made = await bundleFunctions(ROOT, functions, folder);
    expect(made.map(({ name }) => name)).toEqual(['sample']);
    expect((await exportsOf(made[0]?.file ?? '')).sort()).toEqual(['NamedError', 'handler']);
    expect((await readdir(join(folder, 'sample', 'node_modules', '@node-rs'))).length).toBeGreaterThan(1);
  });
});
