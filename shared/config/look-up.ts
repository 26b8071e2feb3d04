/** Secrets at the moment of use. */
import { ConfigError, FatalError } from '../errors.ts';

/** What `read` makes of secrets. One that was there at the start may be away while somebody replaces it.
 *  @throws FatalError `code`, which may heal, when a reference leads nowhere; `what` opens its message: `no credentials for OSS` */
export function lookUp<T>(code: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    const reasons = thrown.problems.map(({ key, message }) => `${key}: ${message}`).join('; ');
    throw new FatalError(code, `${what}: ${reasons}`, { cause: thrown, mayHeal: true });
  }
}
