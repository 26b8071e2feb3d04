/** Rules over the keys that say where the cluster is, how it is signed in to, and what becomes of a missing index. */
import { crossCheck } from '../../shared/config/definition.ts';
import type { ConfigProblem } from '../../shared/errors.ts';
import { elasticsearchKeys as keys } from './keys/elasticsearch-keys.ts';

const TLS = [
  'elasticsearch.ssl.ca',
  'elasticsearch.ssl.truststore.location',
  'elasticsearch.ssl.certificate',
  'elasticsearch.ssl.key',
  'elasticsearch.ssl.keystore.location',
  'elasticsearch.ssl.key.password',
] as const;
const KEY_PAIR = ['elasticsearch.ssl.certificate', 'elasticsearch.ssl.key'] as const;
const NEW_INDEX = ['elasticsearch.index.settings', 'elasticsearch.index.mappings'] as const;

/** A problem under each of `names` that is given. */
function idle<K extends string>(
  config: Readonly<Record<K, unknown>>,
  names: readonly K[],
  message: string,
): readonly ConfigProblem[] {
  return names.filter((name) => config[name] !== undefined).map((key) => ({ key, message }));
}

export const targetChecks = [
  crossCheck(keys, ['elasticsearch.username', 'elasticsearch.password'], (config) => {
    if ((config['elasticsearch.username'] === undefined) === (config['elasticsearch.password'] === undefined))
      return [];
    const key = config['elasticsearch.username'] === undefined ? 'elasticsearch.username' : 'elasticsearch.password';
    return [{ key, message: 'is missing: elasticsearch.username and elasticsearch.password are given together' }];
  }),
  crossCheck(keys, ['elasticsearch.username', 'elasticsearch.api.key', 'elasticsearch.bearer.token'], (config) => {
    const ways = ['elasticsearch.username', 'elasticsearch.api.key', 'elasticsearch.bearer.token'] as const;
    const given = ways.filter((way) => config[way] !== undefined);
    const message = `only one way to sign in can be used, and there are ${given.length}: ${given.join(', ')}`;
    return given.slice(1).map((key) => ({ key, message }));
  }),
  crossCheck(keys, ['elasticsearch.hosts', ...TLS], (config) => {
    if (config['elasticsearch.hosts'].some((host) => /^https:/i.test(host))) return [];
    return idle(config, TLS, 'has no meaning: no address in elasticsearch.hosts is https');
  }),
  crossCheck(keys, ['elasticsearch.ssl.ca', 'elasticsearch.ssl.truststore.location'], (config) =>
    config['elasticsearch.ssl.ca'] === undefined
      ? []
      : idle(config, ['elasticsearch.ssl.truststore.location'], 'give either this or elasticsearch.ssl.ca, not both'),
  ),
  crossCheck(keys, [...KEY_PAIR, 'elasticsearch.ssl.keystore.location', 'elasticsearch.ssl.key.password'], (config) => {
    if (config['elasticsearch.ssl.keystore.location'] !== undefined) {
      return idle(config, KEY_PAIR, 'give either this or elasticsearch.ssl.keystore.location, not both');
    }
    const missing = KEY_PAIR.filter((key) => config[key] === undefined);
    if (missing.length === 1) {
      return missing.map((key) => ({ key, message: `is missing: ${KEY_PAIR.join(' and ')} are given together` }));
    }
    if (missing.length === 0) return [];
    return idle(config, ['elasticsearch.ssl.key.password'], 'has no meaning without elasticsearch.ssl.key');
  }),
  crossCheck(keys, ['elasticsearch.index.create', 'elasticsearch.target.type'], (config) => {
    const type = config['elasticsearch.target.type'];
    if (config['elasticsearch.index.create'] !== 'sink' || type === 'index') return [];
    const instead =
      type === 'alias'
        ? 'an alias needs an index behind it: create both, and use never'
        : 'a data stream comes from an index template: put that into the cluster, and use server';
    return [{ key: 'elasticsearch.index.create', message: `sink creates plain indices only; ${instead}` }];
  }),
  crossCheck(keys, ['elasticsearch.index.create', ...NEW_INDEX], (config) => {
    const create = config['elasticsearch.index.create'];
    if (create === 'sink') return [];
    return idle(config, NEW_INDEX, `has no meaning with elasticsearch.index.create=${create}; remove it or use sink`);
  }),
];
