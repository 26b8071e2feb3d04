/** Rules over several worker settings. */
import { crossCheck } from '../definition.ts';
import { kafkaKeys } from './kafka-keys.ts';

const SASL = ['sasl.mechanism', 'sasl.username', 'sasl.password', 'sasl.jaas.config'] as const;
const SSL = ['ssl.ca', 'ssl.certificate', 'ssl.key'] as const;

export const kafkaChecks = [
  crossCheck(kafkaKeys, ['security.protocol', ...SASL], (config) => {
    const protocol = config['security.protocol'];
    if (!protocol.startsWith('SASL')) {
      return SASL.filter((key) => config[key] !== undefined).map((key) => ({
        key,
        message: `has no effect with security.protocol=${protocol}; use SASL_PLAINTEXT or SASL_SSL, or leave it out`,
      }));
    }
    const required = `is required with security.protocol=${protocol}`;
    const given = (key: (typeof SASL)[number]) => config[key] !== undefined;
    const problems = given('sasl.mechanism') ? [] : [{ key: 'sasl.mechanism', message: required }];
    for (const key of ['sasl.username', 'sasl.password'] as const) {
      if (given('sasl.jaas.config') && given(key)) {
        problems.push({ key, message: 'give either this or sasl.jaas.config, not both' });
      } else if (!given('sasl.jaas.config') && !given(key)) {
        problems.push({ key, message: `${required}, unless sasl.jaas.config is given` });
      }
    }
    return problems;
  }),
  crossCheck(kafkaKeys, ['security.protocol', ...SSL], (config) => {
    const protocol = config['security.protocol'];
    if (protocol.endsWith('SSL')) return [];
    return SSL.filter((key) => config[key] !== undefined).map((key) => ({
      key,
      message: `has no effect with security.protocol=${protocol}; use SSL or SASL_SSL, or leave it out`,
    }));
  }),
  crossCheck(kafkaKeys, ['ssl.certificate', 'ssl.key'], (config) => {
    const missing = config['ssl.key'] === undefined ? 'ssl.key' : 'ssl.certificate';
    const together = (config['ssl.key'] === undefined) === (config['ssl.certificate'] === undefined);
    return together ? [] : [{ key: missing, message: 'ssl.certificate and ssl.key are given together' }];
  }),
];
