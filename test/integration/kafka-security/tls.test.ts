import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RawConfig } from '../../../shared/config/parse.ts';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { certificateAuthority, encryptedKey } from '../../helpers/kafka-security/certificates.ts';
import { driverOf } from '../../helpers/kafka-security/drivers.ts';
import {
  ADMIN,
  type ListenerName,
  type SecuredKafka,
  startSecuredKafka,
} from '../../helpers/kafka-security/secured-kafka.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { closedAfterwards, consumerOptions, produce, started } from '../kafka/harness.ts';

let secured: SecuredKafka;
beforeAll(async () => {
  secured = await startSecuredKafka();
}, 240_000);
afterAll(async () => {
  await secured?.stop();
}, 60_000);

const at = (listener: ListenerName, extra: RawConfig): RawConfig => ({
  'bootstrap.servers': secured.at(listener),
  ...extra,
});
const tls = (listener: ListenerName, extra: RawConfig = {}) =>
  at(listener, { 'security.protocol': 'SSL', 'ssl.ca': secured.authority.pem, ...extra });
const PLAIN = { 'sasl.mechanism': 'PLAIN', 'sasl.username': ADMIN.username, 'sasl.password': ADMIN.password };

async function carriesARecord(driver: KafkaDriver): Promise<void> {
  const topic = uniqueName('encrypted');
  await closedAfterwards(driver.admin()).createTopics([
    { name: topic, partitions: 1, replicationFactor: 1, configs: {} },
  ]);
  await produce(driver, topic, ['v']);
  const { seen, consumer } = await started(driver, consumerOptions([topic]));
  await waitFor(() => seen.values.length === 1, { what: 'the record' });
  await consumer.close();
}

/** What each client of ours says; all must say the same. */
async function refusalOf(raw: RawConfig): Promise<{ name: string; code: string; message: string }> {
  const driver = driverOf(raw);
  const errors = await Promise.all([
    started(driver, consumerOptions(['any'])).catch((thrown: unknown) => thrown),
    produce(driver, 'any', ['v']).catch((thrown: unknown) => thrown),
    closedAfterwards(driver.admin())
      .listTopics()
      .catch((thrown: unknown) => thrown),
    closedAfterwards(driver.admin())
      .createTopics([{ name: 'x', partitions: 1, replicationFactor: 1, configs: {} }])
      .catch((thrown: unknown) => thrown),
  ]);
  const [first] = errors as { name: string; code: string; message: string }[];
  expect(first).toBeInstanceOf(Error);
  for (const error of errors) expect(error).toMatchObject({ name: first?.name, code: first?.code });
  return first ?? { name: '', code: '', message: '' };
}

describe('TLS', () => {
  it('carries records under a CA of our own, as text and as a file', async () => {
    await carriesARecord(driverOf(tls('tls')));
    const { 'ssl.ca': _, ...rest } = tls('tls', { 'ssl.truststore.location': secured.authority.file });
    await carriesARecord(driverOf({ ...rest, 'ssl.truststore.type': 'PEM' }));
  });

  it('goes together with signing in', async () => {
    await carriesARecord(driverOf(tls('sasltls', { 'security.protocol': 'SASL_SSL', ...PLAIN })));
    await secured.setPassword('admin', 'scram-5ecret');
    const scram = { ...PLAIN, 'sasl.mechanism': 'SCRAM-SHA-512', 'sasl.password': 'scram-5ecret' };
    await carriesARecord(driverOf(tls('sasltls', { 'security.protocol': 'SASL_SSL', ...scram })));
  });

  it('presents a client certificate, as texts, as one file, and with an encrypted key', async () => {
    const { cert, key, store } = secured.client;
    await carriesARecord(driverOf(tls('mutual', { 'ssl.certificate': cert, 'ssl.key': key })));
    await carriesARecord(driverOf(tls('mutual', { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': store })));
    const sealed = await encryptedKey(secured.folder, key, 'key-5ecret');
    const opened = { 'ssl.certificate': cert, 'ssl.key': sealed, 'ssl.key.password': 'key-5ecret' };
    await carriesARecord(driverOf(tls('mutual', opened)));
  });

  it.each(['producer', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'brings records of 3 MB whole, compressed by %s',
    async (codec) => {
      const driver = driverOf(tls('sasltls', { 'security.protocol': 'SASL_SSL', ...PLAIN }));
      const topic = uniqueName('large');
      const configs = { 'compression.type': codec, 'max.message.bytes': '8000000' };
      await closedAfterwards(driver.admin()).createTopics([
        { name: topic, partitions: 2, replicationFactor: 1, configs },
      ]);
      const producer = closedAfterwards(driver.producer());
      const sent = new Map<string, Buffer>();
      for (let i = 0; i < 8; i++) {
        // Half of it can be compressed. Sizes around those of TLS records and of reads.
        const value = Buffer.concat([randomBytes(1_500_000 + i * 4_097), Buffer.alloc(1_500_000, 'ab')]);
        sent.set(`k${i}`, value);
        const record = { key: Buffer.from(`k${i}`), value, headers: [], timestamp: Date.now() };
        const small = Array.from({ length: 50 }, (_, n) => ({
          ...record,
          key: null,
          value: Buffer.from(`small ${i} ${n}`),
        }));
        await producer.send(topic, i % 2, [record]);
        await producer.send(topic, i % 2, small);
      }
      const { seen, consumer } = await started(driver, consumerOptions([topic]));
      await waitFor(() => seen.delivered.length === 8 * 51, { what: 'all records', timeoutMs: 110_000 });
      for (const record of seen.delivered.filter(({ key }) => key !== null)) {
        const expected = sent.get(String(record.key));
        expect(expected !== undefined && record.value?.equals(expected)).toBe(true);
        sent.delete(String(record.key));
      }
      expect(sent.size).toBe(0);
      await consumer.close();
    },
  );
});

describe('a TLS mistake', () => {
  it('a CA that is not trusted', async () => {
    const { 'ssl.ca': _, ...unknown } = tls('tls');
    const refused = { name: 'FatalError', code: 'KAFKA_TLS_REFUSED', message: expect.stringContaining('ssl.ca') };
    expect(await refusalOf(unknown)).toMatchObject(refused);
    const other = await certificateAuthority(secured.folder, 'another-authority');
    expect(await refusalOf({ ...unknown, 'ssl.ca': other.pem })).toMatchObject(refused);
  });

  it('a certificate for another name; the check can be turned off', async () => {
    const refused = await refusalOf(tls('misnamed'));
    expect(refused).toMatchObject({ name: 'FatalError', code: 'KAFKA_TLS_REFUSED' });
    expect(refused.message).toContain('kafka.example.com');
    expect(refused.message).toContain('ssl.endpoint.identification.algorithm');
    const unchecked = { 'ssl.endpoint.identification.algorithm': '' };
    await carriesARecord(driverOf(tls('misnamed', unchecked)));
    const other = await certificateAuthority(secured.folder, 'third-authority');
    expect(await refusalOf(tls('misnamed', { ...unchecked, 'ssl.ca': other.pem }))).toMatchObject({
      code: 'KAFKA_TLS_REFUSED',
    });
  });

  it('an expired certificate', async () => {
    expect(await refusalOf(tls('expired'))).toMatchObject({
      code: 'KAFKA_TLS_REFUSED',
      message: expect.stringContaining('has expired'),
    });
  });

  it('no client certificate, or one of another authority', async () => {
    const missing = await refusalOf(tls('mutual'));
    expect(missing).toMatchObject({ name: 'FatalError', code: 'KAFKA_TLS_REFUSED' });
    expect(missing.message).toContain('asks for a client certificate: give ssl.certificate and ssl.key');
    const other = await certificateAuthority(secured.folder, 'foreign-authority');
    const { cert, key } = await other.issue('spillway');
    expect(await refusalOf(tls('mutual', { 'ssl.certificate': cert, 'ssl.key': key }))).toMatchObject({
      code: 'KAFKA_TLS_REFUSED',
      message: expect.stringContaining('refuses our client certificate'),
    });
  });
});

describe('speaking to a listener in another way than it wants', () => {
  const SASL = { 'security.protocol': 'SASL_PLAINTEXT', ...PLAIN };

  it.each<[string, ListenerName, RawConfig, string, string]>([
    ['TLS to a plain port', 'open', { 'security.protocol': 'SSL' }, 'no TLS', 'PLAINTEXT'],
    ['TLS to a plain port with SASL', 'sasl', { 'security.protocol': 'SSL' }, 'no TLS', 'SASL_PLAINTEXT'],
    ['plain to a TLS port', 'tls', {}, 'speaks TLS', 'SSL'],
    ['plain to a TLS port with SASL', 'sasltls', {}, 'speaks TLS', 'SASL_SSL'],
    ['SASL to a listener without', 'open', SASL, 'knows no SASL', 'PLAINTEXT'],
    ['SASL to a TLS listener without', 'tls', { ...PLAIN, 'security.protocol': 'SASL_SSL' }, 'knows no SASL', 'SSL'],
    [
      'no SASL to a listener with',
      'sasl',
      {},
      'sign in by SASL (PLAIN, SCRAM-SHA-256, SCRAM-SHA-512)',
      'SASL_PLAINTEXT',
    ],
    ['no SASL to a TLS listener with', 'sasltls', { 'security.protocol': 'SSL' }, 'sign in by SASL', 'SASL_SSL'],
  ])('%s', async (_, listener, asked, found, advice) => {
    const trusting = String(asked['security.protocol']).endsWith('SSL') ? { 'ssl.ca': secured.authority.pem } : {};
    const refused = await refusalOf(at(listener, { ...asked, ...trusting }));
    expect(refused).toMatchObject({ name: 'FatalError', code: 'KAFKA_PROTOCOL_MISMATCH' });
    expect(refused.message).toContain(found);
    expect(refused.message).toContain(`set security.protocol=${advice},`);
    expect(refused.message).toContain(secured.at(listener));
  });

  it('plain to a port that wants client certificates', async () => {
    expect(await refusalOf(at('mutual', {}))).toMatchObject({
      code: 'KAFKA_PROTOCOL_MISMATCH',
      message: expect.stringContaining('wants TLS'),
    });
  });

  it('what listens is no broker', async () => {
    const server = createServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const protocol of ['PLAINTEXT', 'SSL']) {
      expect(await refusalOf({ 'bootstrap.servers': address, 'security.protocol': protocol })).toMatchObject({
        name: 'FatalError',
        code: 'KAFKA_NOT_A_BROKER',
        message: expect.stringContaining(`${address} answers, but does not speak Kafka`),
      });
    }
  });
});

describe('files of certificates', () => {
  const reasonOf = (raw: RawConfig): string => {
    try {
      driverOf(raw);
      return '';
    } catch (thrown) {
      return String(thrown);
    }
  };

  it('that are no PEM, or missing, are refused with what to do', async () => {
    const jks = join(secured.folder, 'store.jks');
    await writeFile(jks, Buffer.from('feedfeed0000000200000001', 'hex'));
    const { 'ssl.ca': _, ...rest } = tls('tls');
    expect(reasonOf({ ...rest, 'ssl.truststore.location': jks })).toMatch(
      /holds no certificate; .*keytool -importkeystore/,
    );
    expect(reasonOf({ ...rest, 'ssl.truststore.location': jks, 'ssl.truststore.type': 'JKS' })).toMatch(
      /openssl pkcs12 -in STORE\.p12 -nokeys/,
    );
    expect(reasonOf({ ...rest, 'ssl.truststore.location': '/nowhere.pem' })).toMatch(
      /nowhere\.pem cannot be read \(ENOENT\)/,
    );
  });

  it('whose key and certificate do not belong together, or whose key stays closed, are refused', async () => {
    const { cert, key } = secured.client;
    const other = await secured.authority.issue('other');
    expect(reasonOf(tls('mutual', { 'ssl.certificate': other.cert, 'ssl.key': key }))).toContain('does not belong to');
    const sealed = await encryptedKey(secured.folder, key, 'key-5ecret');
    const closed = { 'ssl.certificate': cert, 'ssl.key': sealed };
    expect(reasonOf(tls('mutual', closed))).toContain('ssl.key.password: is required');
    expect(reasonOf(tls('mutual', { ...closed, 'ssl.key.password': 'wrong' }))).toContain('does not open the key');
  });
});
