/** A request's body on its way to disk, measured and hashed as it passes. Never held whole. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { Crc64 } from '../../../shared/crc64.ts';
import { OssError } from './errors.ts';

/** A body that lies on disk, not yet an object. */
export interface ReceivedBody {
  /** Where it lies until it is committed or thrown away. */
  readonly file: string;
  readonly size: number;
  readonly md5: Buffer;
  /** Unsigned decimal, as the service answers it. */
  readonly crc64: string;
}

/** Bytes gathered before they are written together; while they are, as many again may come in. */
const WRITE_BYTES = 1024 * 1024;

async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const { bytesWritten } = await handle.writev([...chunks]);
  if (bytesWritten < bytes) throw new Error(`only ${bytesWritten} of ${bytes} bytes were written: is the disk full?`);
}

/** Writes a body to `file`, which must not exist. Removes the file again when anything fails.
 *  @throws OssError `EntityTooLarge` past `maxBytes` */
export async function receiveBody(
  body: AsyncIterable<Uint8Array>,
  file: string,
  maxBytes: number,
): Promise<ReceivedBody> {
  const md5 = createHash('md5');
  const crc64 = new Crc64();
  let size = 0;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  const handle = await open(file, 'wx');
  const write = async (): Promise<void> => {
    await writing;
    writing = writeAll(handle, gathered);
    // Whoever awaits it next sees the failure; until then it must not count as unhandled.
    writing.catch(() => undefined);
    gathered = [];
    gatheredBytes = 0;
  };
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > maxBytes) throw entityTooLarge(size, maxBytes);
      gathered.push(chunk);
      gatheredBytes += chunk.length;
      if (gatheredBytes >= WRITE_BYTES) await write();
      md5.update(chunk);
      crc64.update(chunk);
    }
    if (gatheredBytes > 0) await write();
    await writing;
    await handle.close();
  } catch (thrown) {
    await writing.catch(() => undefined);
    await handle.close().catch(() => undefined);
    await rm(file, { force: true });
    throw thrown;
  }
  return { file, size, md5: md5.digest(), crc64: crc64.digest().toString() };
}

/** 400 `EntityTooLarge`; sizes in bytes. */
export function entityTooLarge(size: number, maxBytes: number): OssError {
  return new OssError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed object size.', {
    MaxSizeAllowed: String(maxBytes),
    ProposedSize: String(size),
  });
}
