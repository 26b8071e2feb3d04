/** Ids of requests, in the service's form. */
import { randomBytes } from 'node:crypto';

/** `1-67400f2a-15d6c9a0-3f1e5b7c9d21`. */
export function newRequestId(): string {
  const hex = randomBytes(14).toString('hex');
  return `1-${hex.slice(0, 8)}-${hex.slice(8, 16)}-${hex.slice(16)}`;
}
