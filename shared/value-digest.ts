/** Digest of a value that is stored apart from its record (claim check). Whoever follows the reference later has nothing to compare the
 *  value with but this; objects of records have none, for they are compared with the records. */
import { createHash } from 'node:crypto';

/** Its name among an object's user metadata. */
export const VALUE_DIGEST = 'spillway-sha256';

/** SHA-256, hex. */
export function valueDigest(value: Uint8Array): string {
  return createHash('sha256').update(value).digest('hex');
}
