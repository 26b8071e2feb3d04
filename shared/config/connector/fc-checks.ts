/** Rules over the keys of a call to Function Compute. */
import type { ConnectorKeys } from '../connector-keys.ts';
import { crossCheck, when } from '../definition.ts';
import { fcAddress } from '../fc-address.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
/** What one call takes. Source: https://www.alibabacloud.com/help/en/functioncompute/fc/product-overview/limits (3.0), and the same page
 *  of 2.0. */
const SYNC_BYTES = { '3.0': 32 * MIB, '2.0': 6 * MIB } as const;
const ASYNC_BYTES = 128 * KIB;

/** A partition that goes to another member waits for the calls that are under way (`consumerOptions` of the dispatcher makes room for that
 *  much): the group as a whole must not wait longer than Kafka's consumers do by default (5 minutes). */
export const LONGEST_FC_CALL_MS = 240_000;

const ADDRESS = ['fc.endpoint', 'fc.region', 'fc.account.id'] as const;

export function fcChecks(keys: ConnectorKeys) {
  return [
    crossCheck(keys, ['invoke.target', 'fc.function.name'], (config) =>
      when(
        config['invoke.target'] === 'fc' && config['fc.function.name'] === undefined,
        'fc.function.name',
        'is required with invoke.target=fc: the name of the function',
      ),
    ),
    crossCheck(keys, ['invoke.target', ...ADDRESS], (config) =>
      when(
        config['invoke.target'] === 'fc' && fcAddress(config) === undefined,
        'fc.endpoint',
        'is required with invoke.target=fc, unless both fc.account.id and fc.region are given',
      ),
    ),
    crossCheck(keys, ['invoke.target', 'fc.api.version', 'fc.service.name'], (config) => {
      if (config['invoke.target'] !== 'fc') return [];
      const given = config['fc.service.name'] !== undefined;
      if (given === (config['fc.api.version'] === '2.0')) return [];
      const message = given
        ? 'is only for fc.api.version=2.0: functions of 3.0 belong to no service; remove it, or set fc.api.version=2.0'
        : 'is required with fc.api.version=2.0: the service that the function belongs to';
      return [{ key: 'fc.service.name', message }];
    }),
    crossCheck(keys, ['invoke.target', 'fc.api.version', ...ADDRESS], (config) =>
      when(
        config['invoke.target'] === 'fc' &&
          config['fc.api.version'] === '2.0' &&
          fcAddress(config) !== undefined &&
          (fcAddress(config)?.accountId === undefined || fcAddress(config)?.region === undefined),
        'fc.account.id',
        'fc.account.id and fc.region are required with fc.api.version=2.0 where fc.endpoint does not name them',
      ),
    ),
    crossCheck(keys, ['fc.access.key.id', 'fc.access.key.secret', 'fc.security.token'], (config) => {
      const id = config['fc.access.key.id'] !== undefined;
      const secret = config['fc.access.key.secret'] !== undefined;
      if (id !== secret) {
        const missing = id ? 'fc.access.key.secret' : 'fc.access.key.id';
        return [{ key: missing, message: 'fc.access.key.id and fc.access.key.secret are given together' }];
      }
      return when(
        config['fc.security.token'] !== undefined && !id,
        'fc.security.token',
        'belongs to temporary keys: give fc.access.key.id and fc.access.key.secret with it, or remove it',
      );
    }),
    crossCheck(keys, ['invoke.target', 'invoke.mode', 'fc.api.version', 'invoke.max.bytes'], (config) => {
      if (config['invoke.target'] !== 'fc') return [];
      const sync = config['invoke.mode'] === 'sync';
      const most = sync ? SYNC_BYTES[config['fc.api.version']] : ASYNC_BYTES;
      const what = sync ? `a synchronous call of ${config['fc.api.version']}` : 'an asynchronous call';
      return when(
        config['invoke.max.bytes'] > most,
        'invoke.max.bytes',
        `is ${config['invoke.max.bytes']}, and ${what} takes ${most} bytes at most`,
      );
    }),
    crossCheck(keys, ['invoke.target', 'invoke.mode', 'invoke.timeout.ms'], (config) =>
      when(
        config['invoke.target'] === 'fc' &&
          config['invoke.mode'] === 'sync' &&
          config['invoke.timeout.ms'] > LONGEST_FC_CALL_MS,
        'invoke.timeout.ms',
        `is ${config['invoke.timeout.ms']}, and the consumer group waits ${LONGEST_FC_CALL_MS} ms at most for a call that is under way; lower it with smaller batches, or use invoke.mode=async for a function that runs longer`,
      ),
    ),
  ];
}
