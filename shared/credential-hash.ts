/** Hashes of passwords and tokens, as a file of users holds them: `scrypt:N:r:p:<salt>:<hash>` (base64), and `sha256:<hex>` for tokens, which are
 *  long and random and need no slow hash. */
import { createHash, scrypt, timingSafeEqual } from 'node:crypto';

/** Cost of new hashes. Source: OWASP Password Storage Cheat Sheet, scrypt (N=2^15, r=8, p=3); about 100 ms of one core and 32 MiB. */
const COST = { N: 2 ** 15, r: 8, p: 3 } as const;
const HASH_BYTES = 32;
/** The most that a hash from a file may ask for. */
const MOST_MEMORY_BYTES = 256 * 1024 * 1024;
const MOST_PARALLEL = 16;

/** Bytes of the salt of a new hash. */
export const SALT_BYTES = 16;
/** How hashes are spelt, for messages. */
export const HASH_FORMS = 'scrypt:N:r:p:SALT:HASH or sha256:HEX';

/** A hash that candidates are compared with, in a time that tells nothing about how much of them is right. */
export interface CredentialHash {
  /** `fast`: a look at it costs next to nothing. `slow`: a tenth of a second of a core. */
  readonly cost: 'fast' | 'slow';
  /** Another one for another hash. */
  readonly id: string;
  matches(candidate: string): Promise<boolean>;
}

interface Scrypt {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** @param salt `SALT_BYTES` random bytes */
export async function hashPassword(password: string, salt: Buffer): Promise<string> {
  const hash = await derive(password, { ...COST, salt, hash: Buffer.alloc(HASH_BYTES) });
  const { N, r, p } = COST;
  return `scrypt:${N}:${r}:${p}:${salt.toString('base64')}:${hash.toString('base64')}`;
}

export function hashToken(token: string): string {
  return `sha256:${digest(token).toString('hex')}`;
}

/** What `text` spells; `undefined` when it is no hash of these forms, or one that would cost more than a sign-in may. */
export function readHash(text: string): CredentialHash | undefined {
  const [, hex] = /^sha256:([0-9a-f]{64})$/i.exec(text) ?? [];
  if (hex !== undefined) return fast(Buffer.from(hex, 'hex'));
  const parameters = readScrypt(text);
  if (parameters === undefined) return undefined;
  return {
    cost: 'slow',
    id: text,
    matches: async (candidate) => timingSafeEqual(await derive(candidate, parameters), parameters.hash),
  };
}

/** Of a credential that is known in clear. */
export function hashOf(credential: string): CredentialHash {
  return fast(digest(credential));
}

function fast(expected: Buffer): CredentialHash {
  return {
    cost: 'fast',
    id: expected.toString('hex'),
    matches: async (candidate) => timingSafeEqual(digest(candidate), expected),
  };
}

function readScrypt(text: string): Scrypt | undefined {
  const [, ...fields] = /^scrypt:(\d{1,8}):(\d{1,3}):(\d{1,3}):([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  if (fields.length === 0) return undefined;
  const [N = 0, r = 0, p = 0] = fields.slice(0, 3).map(Number);
  const [salt, hash] = fields.slice(3).map((field) => Buffer.from(field, 'base64'));
  if (salt === undefined || hash === undefined || salt.length < 8 || hash.length < 16 || hash.length > 128)
    return undefined;
  const isPowerOfTwo = N > 1 && Number.isInteger(Math.log2(N));
  const isBounded = r >= 1 && p >= 1 && p <= MOST_PARALLEL && 128 * N * r <= MOST_MEMORY_BYTES;
  return isPowerOfTwo && isBounded ? { N, r, p, salt, hash } : undefined;
}

function derive(password: string, { N, r, p, salt, hash }: Scrypt): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N, r, p, maxmem: MOST_MEMORY_BYTES * 2 };
    // The same letters may be typed as one character or as several.
    scrypt(password.normalize('NFKC'), salt, hash.length, options, (error, derived) =>
      error === null ? resolve(derived) : reject(error),
    );
  });
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
