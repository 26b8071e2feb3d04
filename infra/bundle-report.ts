/** What a bundle weighs and how long it takes to load: `npm run build` prints it. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';

/** Fresh processes that a cold start is the median of. */
const STARTS = 3;

/** A ZIP archive: local header, central header and end record, without extra fields.
 *  Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3) */
const ZIP_BYTES = { perFile: 30 + 46, end: 22 } as const;

/** Bytes of the ZIP archive of a folder, as it is uploaded. */
export async function zippedBytes(folder: string): Promise<number> {
  let bytes: number = ZIP_BYTES.end;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const deflated = await promisify(deflateRaw)(await readFile(path));
    bytes += deflated.length + ZIP_BYTES.perFile + 2 * Buffer.byteLength(relative(folder, path));
  }
  return bytes;
}

/** Milliseconds in which a fresh Node.js imports an entry file, without the start of Node.js itself; the median of three.
 *  @throws Error with what the process printed when the file cannot be imported */
export async function importMs(file: string): Promise<number> {
  const script = `const start = performance.now();
    await import(${JSON.stringify(file)});
    process.stdout.write(String(performance.now() - start), () => process.exit(0));`;
  const times: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    times.push(Number(stdout));
  }
  return times.sort((a, b) => a - b)[Math.floor(STARTS / 2)] ?? Number.NaN;
}
