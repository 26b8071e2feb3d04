import { describe, expect, it } from 'vitest';
import { targetRules } from '../../../../../functions/control-plane/policy/target-rules.ts';
import { parseConfig } from '../../../../../shared/config/parse.ts';
import { connectorPolicyKeys } from '../../../../../shared/config/worker/connector-policy-keys.ts';
import { ConfigError } from '../../../../../shared/errors.ts';

function problems(raw: Record<string, string>): readonly string[] {
  try {
    parseConfig(connectorPolicyKeys, [], raw);
    return [];
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems.map(({ key }) => key);
    throw thrown;
  }
}

describe('what connectors may reach', () => {
  it.each([
    '*',
    'es.example.com',
    '*.example.com:9200',
    '127.0.0.1:1',
    '[::1]:1',
    '[fd00::1]',
    '10.0.0.0/8',
    'fd00::/8',
    '0.0.0.0/0',
    '*, localhost',
  ])('takes the hosts %s', (hosts) => {
    expect(problems({ 'connector.target.hosts': hosts })).toEqual([]);
    expect(() => targetRules(hosts.split(', '))).not.toThrow();
  });

  it.each([
    'http://es',
    'es/x',
    '10.0.0/8',
    '10.0.0.256/8',
    '10.0.0.0/33',
    'fd00::/129',
    'fd00:::/8',
    'a b',
    '*example.com',
    '1.2.3.4/8/9',
    'es:123456',
  ])('refuses the hosts %s', (hosts) => {
    expect(problems({ 'connector.target.hosts': hosts })).toEqual(['connector.target.hosts']);
  });

  it('takes absolute folders, and names', () => {
    expect(
      problems({ 'connector.secret.folders': '/run/secrets,/etc/pem', 'connector.module.folders': '/opt' }),
    ).toEqual([]);
    expect(problems({ 'connector.secret.folders': 'secrets', 'connector.module.folders': '~/fn' })).toEqual([
      'connector.secret.folders',
      'connector.module.folders',
    ]);
    expect(problems({ 'connector.secret.variables': 'A_*,B' })).toEqual([]);
    expect(problems({ 'connector.secret.variables': '${env:A}' })).toEqual(['connector.secret.variables']);
  });
});
