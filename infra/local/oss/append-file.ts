/** Adds one file to the end of another. */
import { createReadStream, createWriteStream, ftruncateSync, openSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Crc64 } from '../../../shared/crc64.ts';

/** Writes all of `file` behind the first `size` bytes of the file at `path`; what stood there is lost. `crc64` is that of those
 *  bytes.
 *  @returns the checksum of the whole, in decimal */
export async function appendFile(
  path: string,
  { size, crc64 }: { readonly size: number; readonly crc64: string },
  file: string,
): Promise<string> {
  const crc = new Crc64(BigInt(crc64));
  // Opened in the caller's turn: later the path may belong to another object.
  const fd = openSync(path, 'r+');
  ftruncateSync(fd, size);
  await pipeline(
    createReadStream(file, { highWaterMark: 256 * 1024 }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        crc.update(chunk);
        yield chunk;
      }
    },
    createWriteStream('', { fd, start: size }),
  );
  return crc.digest().toString();
}
