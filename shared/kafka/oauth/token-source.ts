/** Tokens for SASL OAUTHBEARER: fetched when needed, shared by all connections, replaced before they run out. */
import type { Clock } from '../../clock.ts';
import { FatalError } from '../../errors.ts';
import type { ClientCredentials } from '../driver.ts';
import type { PostForm } from './post-form.ts';
import { requestToken } from './token-request.ts';

/** Java's default of `sasl.login.refresh.window.factor`: after so much of its life a token is replaced. */
const REFRESH_AFTER = 0.8;

export interface TokenSourceDeps {
  readonly clock: Clock;
  readonly post: PostForm;
}

export interface Token {
  readonly value: string;
  readonly extensions: Readonly<Record<string, string>>;
}

interface HeldToken extends Token {
  /** Epoch ms; no new sign-in uses it from then on. */
  readonly staleAt: number;
}

export class TokenSource {
  readonly #credentials: () => ClientCredentials;
  readonly #deps: TokenSourceDeps;
  #held: HeldToken | undefined;
  #fetching: Promise<HeldToken> | undefined;

  /** `credentials` is called for each token. */
  constructor(credentials: () => ClientCredentials, deps: TokenSourceDeps) {
    this.#credentials = credentials;
    this.#deps = deps;
  }

  /** A token with at least a fifth of its life before it. Callers at the same time share one request.
   *  @throws RetriableError when the endpoint is out of reach, FatalError when it refuses */
  async current(): Promise<Token> {
    const held = this.#held;
    if (held !== undefined && this.#deps.clock.now() < held.staleAt) return held;
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return await this.#fetching;
  }

  /** The next sign-in asks for a new one. Does nothing when it has one already. */
  forget(value: string): void {
    if (this.#held?.value === value) this.#held = undefined;
  }

  async #fetch(): Promise<HeldToken> {
    const credentials = this.#credentials();
    const askedAt = this.#deps.clock.now();
    const { value, lifetimeMs } = await requestToken(credentials, askedAt, this.#deps.post);
    if (lifetimeMs <= 0) {
      throw new FatalError(
        'KAFKA_TOKEN_REFUSED',
        `${credentials.tokenEndpoint} issued a token that has expired already: check the clocks of this machine and of the endpoint`,
        { mayHeal: true },
      );
    }
    const held = { value, extensions: credentials.extensions, staleAt: askedAt + lifetimeMs * REFRESH_AFTER };
    this.#held = held;
    return held;
  }
}
