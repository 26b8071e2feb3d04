/** Who stands behind the credentials of a request. */
import { createHmac } from 'node:crypto';
import { type CredentialHash, hashOf } from '../../../../shared/credential-hash.ts';
import type { Principal } from '../route-access.ts';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import type { Credentials } from './authorization-header.ts';

/** Passwords that were right lately and need no slow hash again. */
const MOST_REMEMBERED = 1_000;
/** Slow hashes at one time: each holds memory and a thread of the process. */
const MOST_AT_ONCE = 2;
/** Those that may wait for their turn; beyond, callers are sent away. */
const MOST_WAITING = 64;

export type SignedIn =
  | { readonly principal: Principal }
  /** Wrong; or not looked at, since it would take a slow hash that is not granted now. */
  | { readonly refused: 'wrong' | 'not now' };

export class SignIn {
  readonly #accounts: Accounts;
  readonly #key: Buffer;
  /** Keyed digests of passwords that were right, by user. */
  readonly #remembered = new Map<string, string>();
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param key random bytes of this process, for what is remembered of passwords */
  constructor(accounts: Accounts, key: Buffer) {
    this.#accounts = accounts;
    this.#key = key;
  }

  /** @param maySlow whether a slow hash may be spent on them */
  async signIn(credentials: Credentials, maySlow: boolean): Promise<SignedIn> {
    const accounts = this.#accounts.current();
    if (credentials.scheme === 'bearer') return bearer(accounts, credentials.token);
    return this.#basic(accounts, credentials.user, credentials.password, maySlow);
  }

  async #basic(accounts: readonly Account[], user: string, password: string, maySlow: boolean): Promise<SignedIn> {
    const account = accounts.find(({ principal }) => principal.name === user);
    // An unknown user takes as long as a wrong password of a known one.
    const hash = account?.password ?? accounts.find((one) => one.password?.cost === 'slow')?.password ?? hashOf('');
    const right = hash.cost === 'fast' ? await hash.matches(password) : await this.#slow(hash, user, password, maySlow);
    if (right === undefined) return { refused: 'not now' };
    return right && account?.password === hash ? { principal: account.principal } : { refused: 'wrong' };
  }

  /** `undefined` when it was not looked at. */
  async #slow(hash: CredentialHash, user: string, password: string, maySlow: boolean): Promise<boolean | undefined> {
    // With the hash in it: a password that was changed is not remembered.
    const digest = createHmac('sha256', this.#key).update([user, hash.id, password].join('\0')).digest('base64');
    if (this.#remembered.get(user) === digest) return true;
    if (!maySlow || this.#waiting.length >= MOST_WAITING) return undefined;
    await this.#turn();
    try {
      const right = await hash.matches(password);
      if (right && this.#remembered.size < MOST_REMEMBERED) this.#remembered.set(user, digest);
      return right;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#running >= MOST_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
  }
}

/** Looks at every account, so that the time tells nothing about whose token it nearly is. */
async function bearer(accounts: readonly Account[], token: string): Promise<SignedIn> {
  let found: Principal | undefined;
  for (const { principal, token: hash } of accounts) {
    if ((await hash?.matches(token)) === true) found = principal;
  }
  return found === undefined ? { refused: 'wrong' } : { principal: found };
}
