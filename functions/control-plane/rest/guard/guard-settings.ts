/** What the guard needs of a worker's settings. */
import type { Clock } from '../../../../shared/clock.ts';
import type { SecretResolver } from '../../../../shared/config/secret.ts';
import type { WorkerConfig } from '../../../../shared/config/worker-keys.ts';
import { ConfigError } from '../../../../shared/errors.ts';
import type { Logger } from '../../../../shared/logger.ts';
import { hasAccounts, readAccounts } from './account.ts';
import { Accounts } from './accounts.ts';

export interface GuardSettings {
  /** Absent: nobody signs in, and whoever reaches the port may do everything. */
  readonly accounts: Accounts | undefined;
  readonly limits: { readonly requestsPerMinute: number; readonly failedSignInsPerMinute: number };
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  /** 32 random bytes. */
  readonly randomKey: Buffer;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether only the machine itself reaches the listener. */
function isLoopback(listener: string): boolean {
  return LOOPBACK.test(new URL(listener).hostname);
}

/** Settings of a guard. Nobody has to sign in where only the machine itself reaches the worker and no users are named.
 *  @throws ConfigError when a listener is reached from elsewhere and nobody could sign in; when users cannot be read or are wrong */
export function guardSettings(
  worker: WorkerConfig,
  secrets: SecretResolver,
  { clock, logger, randomKey }: Pick<GuardSettings, 'clock' | 'logger' | 'randomKey'>,
): GuardSettings {
  const exposed = worker.listeners.filter((listener) => !isLoopback(listener));
  const signsIn = hasAccounts(worker);
  if (exposed.length > 0 && !signsIn) {
    const message = `${exposed.join(', ')} is reached from other machines, and nobody would have to sign in; set rest.users.file or rest.admin.token (in the environment: SPILLWAY_REST_ADMIN_TOKEN), or listen on http://127.0.0.1:8083`;
    throw new ConfigError([{ key: 'listeners', message }], 'worker settings');
  }
  const plain = exposed.filter((listener) => listener.startsWith('http:'));
  if (plain.length > 0) {
    logger.warn(
      { listeners: plain },
      'tokens and passwords travel in clear to these listeners; use https:// there, or put something in front that does',
    );
  }
  const read = () => readAccounts(worker, secrets);
  return {
    accounts: signsIn ? new Accounts({ read, clock, logger }) : undefined,
    limits: {
      requestsPerMinute: worker['rest.requests.per.minute'],
      failedSignInsPerMinute: worker['rest.failed.sign.ins.per.minute'],
    },
    clock,
    logger,
    randomKey,
  };
}
