/** Rules over the settings of a managed instance. */
import type { ConfigProblem } from '../../errors.ts';
import { type ConfigOf, crossCheck } from '../definition.ts';
import { alikafkaKeys } from './alikafka-keys.ts';

const ID = 'alikafka.access.key.id';
const SECRET = 'alikafka.access.key.secret';
const TOKEN = 'alikafka.security.token';
/** Useless without an instance. */
const OF_AN_INSTANCE = ['alikafka.region', 'alikafka.endpoint', ID, SECRET, TOKEN] as const;

const LOOPBACK = /^(localhost|127(?:\.\d+){3}|\[::1\])$/;

export const alikafkaChecks = [
  crossCheck(alikafkaKeys, ['alikafka.instance.id', ...OF_AN_INSTANCE], (config) => {
    if (config['alikafka.instance.id'] === undefined) {
      return OF_AN_INSTANCE.filter((key) => config[key] !== undefined).map((key) => ({
        key,
        message: 'has no effect without alikafka.instance.id; give that too, or leave it out',
      }));
    }
    return config['alikafka.region'] === undefined
      ? [{ key: 'alikafka.region', message: 'is required with alikafka.instance.id' }]
      : [];
  }),
  crossCheck(alikafkaKeys, [ID, SECRET, TOKEN], (config) => {
    if ((config[ID] === undefined) !== (config[SECRET] === undefined)) {
      const key = config[ID] === undefined ? ID : SECRET;
      return [{ key, message: `${ID} and ${SECRET} are given together` }];
    }
    return config[TOKEN] !== undefined && config[ID] === undefined
      ? [{ key: TOKEN, message: `belongs to temporary keys; give ${ID} and ${SECRET} with it, or leave it out` }]
      : [];
  }),
];

/** What makes the calls less safe than they look, by key. */
export function alikafkaWarnings(config: ConfigOf<typeof alikafkaKeys>): readonly ConfigProblem[] {
  const endpoint = config['alikafka.endpoint'];
  if (endpoint === undefined) return [];
  const { protocol, hostname } = new URL(endpoint);
  if (protocol === 'https:' || LOOPBACK.test(hostname)) return [];
  const message =
    'http:// sends signed calls, and the security token of temporary keys, in clear over the network; use https://';
  return [{ key: 'alikafka.endpoint', message }];
}
