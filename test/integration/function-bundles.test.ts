import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../infra/bundle-functions.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../..');

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
    const out = await temporaryFolder();
    const bundles = await bundleFunctions(ROOT, join(ROOT, 'functions'), out);
    expect(bundles.map(({ name }) => name)).toEqual(expect.arrayContaining(['dispatcher', 'oss-sink']));
    for (const { name, file } of bundles) {
      const exported = await exportsOf(file);
      if (existsSync(join(ROOT, 'functions', name, 'handler.ts'))) expect(exported).toContain('handler');
      expect(exported.length).toBeGreaterThan(0);
    }
  });

  it('loads the client of Elasticsearch from the bundle, when the first record comes', async () => {
    const out = await temporaryFolder();
    const bundles = await bundleFunctions(ROOT, join(ROOT, 'functions'), out);
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

  it('bundles CommonJS packages and deep imports, and carries native ones along', async () => {
    const functions = await sampleFunction(`
      import OSS from 'ali-oss';
      import Decoder from 'kafkajs/src/protocol/decoder.js';
      import { crc32c } from '@node-rs/crc32';
      export class NamedError extends Error {}
      export const handler = () => [OSS.name, Decoder.int32Size(), crc32c('a'), NamedError.name];
      if (handler().length !== 4 || NamedError.name !== 'NamedError') throw new Error('broken bundle');
    `);
    const out = await temporaryFolder();
    const bundles = await bundleFunctions(ROOT, functions, out);
    expect(bundles.map(({ name }) => name)).toEqual(['sample']);
    expect((await exportsOf(bundles[0]?.file ?? '')).sort()).toEqual(['NamedError', 'handler']);
    expect((await readdir(join(out, 'sample', 'node_modules', '@node-rs'))).length).toBeGreaterThan(1);
  });
});
