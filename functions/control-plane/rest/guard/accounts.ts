/** The accounts of now: read when the worker starts, and again, at most every few seconds, when somebody asks. */
import type { Clock } from '../../../../shared/clock.ts';
import { toError } from '../../../../shared/errors.ts';
import type { Logger } from '../../../../shared/logger.ts';
import type { Account } from './account.ts';

/** How long a user who was taken out of the file may still get in. */
const REFRESH_MS = 5_000;

export interface AccountsDeps {
  /** @throws ConfigError when they cannot be read, or are wrong */
  readonly read: () => readonly Account[];
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

export class Accounts {
  readonly #deps: AccountsDeps;
  #accounts: readonly Account[];
  #readAt: number;
  #broken: string | undefined;

  /** @throws ConfigError as `read` does: a worker does not start with users who cannot be read */
  constructor(deps: AccountsDeps) {
    this.#deps = deps;
    this.#accounts = deps.read();
    this.#readAt = deps.clock.now();
  }

  /** As they are now. While they cannot be read, as they were last. */
  current(): readonly Account[] {
    const { read, clock } = this.#deps;
    const now = clock.now();
    if (now - this.#readAt < REFRESH_MS) return this.#accounts;
    this.#readAt = now;
    try {
      this.#accounts = read();
      this.#broken = undefined;
    } catch (thrown) {
      this.#complain(toError(thrown).message);
    }
    return this.#accounts;
  }

  #complain(reason: string): void {
    if (reason === this.#broken) return;
    this.#broken = reason;
    this.#deps.logger.error({ reason }, 'users cannot be read any more; those that were read last stay until they can');
  }
}
