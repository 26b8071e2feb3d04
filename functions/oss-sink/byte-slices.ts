/** Checksums of large buffers, which would hold the event loop for tens of milliseconds if they were taken at once. */
import { setImmediate } from 'node:timers/promises';

/** About 10 ms of MD5 or CRC-64. */
const SLICE_BYTES = 8 * 1024 * 1024;

/** Updates `checksum` with all of `bytes`, and lets whatever else waits run in between. `bytes` must not change meanwhile. */
export async function updateInSlices<T extends { update(bytes: Uint8Array): unknown }>(
  checksum: T,
  bytes: Buffer,
): Promise<T> {
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    if (start > 0) await setImmediate();
    checksum.update(bytes.subarray(start, start + SLICE_BYTES));
  }
  return checksum;
}
