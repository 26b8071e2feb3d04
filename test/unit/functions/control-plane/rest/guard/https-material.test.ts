import { describe, expect, it } from 'vitest';
import { httpsMaterial } from '../../../../../../functions/control-plane/rest/guard/https-material.ts';
import type { RawConfig } from '../../../../../../shared/config/parse.ts';
import { secretResolver } from '../../../../../../shared/config/secret-resolver.ts';
import { parseWorker } from '../../../../../../shared/config/worker-keys.ts';
import { ConfigError } from '../../../../../../shared/errors.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

function problems(raw: RawConfig, file = ''): readonly string[] {
  const { config } = parseWorker({ 'bootstrap.servers': 'k:9092', ...raw });
  try {
    httpsMaterial(
      config,
      secretResolver({ KEY: 'no key at all' }, () => file),
    );
    return [];
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems.map(({ key, message }) => `${key}: ${message}`);
    throw thrown;
  }
}

describe('key and certificate of https listeners', () => {
  it('are required, both of them', () => {
    const required =
      'listeners.https.ssl.keystore.location: is required with an https:// listener, unless listeners.https.ssl.certificate and listeners.https.ssl.key are given together';
    expect(problems({})).toEqual([required]);
    expect(problems({ 'listeners.https.ssl.certificate': PEM })).toEqual([required]);
    expect(problems({ 'listeners.https.ssl.key': '${env:KEY}' })).toEqual([required]);
  });

  it('are told of by the names of their own keys', () => {
    const [problem = ''] = problems({
      'listeners.https.ssl.certificate': PEM,
      'listeners.https.ssl.key': '${env:KEY}',
    });
    expect(problem).toMatch(/^listeners\.https\.ssl\.certificate: certificate 1 of 1 is damaged/);
    expect(problem).not.toContain('no key at all');
    expect(problems({ 'listeners.https.ssl.keystore.location': '/x.pem' }, 'nothing')).toEqual([
      expect.stringMatching(/^listeners\.https\.ssl\.keystore\.location: holds no certificate/),
    ]);
    expect(problems({ 'listeners.https.ssl.key': '${env:NONE}', 'listeners.https.ssl.certificate': PEM })).toEqual([
      expect.stringMatching(/^listeners\.https\.ssl\.key: .*NONE/),
    ]);
  });
});
