/** Greps everything that a run shows for every secret it was given. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startHttpFunction } from '../../helpers/http-function.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { encryptedKey } from '../../helpers/kafka-security/certificates.ts';
import { driverOf } from '../../helpers/kafka-security/drivers.ts';
import { ADMIN, type SecuredKafka, startSecuredKafka } from '../../helpers/kafka-security/secured-kafka.ts';
import { OAUTH_CLIENT, startTokenEndpoint, type TokenEndpoint } from '../../helpers/kafka-security/token-endpoint.ts';
import { spawnCli } from '../../helpers/pipeline.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { produce } from '../kafka/harness.ts';

const SCRAM_PASSWORD = 'scram,5ecret=never-seen';
const KEY_PASSWORD = 'key-5ecret-never-seen';

let secured: SecuredKafka;
let tokens: TokenEndpoint;
beforeAll(async () => {
  [secured, tokens] = await Promise.all([startSecuredKafka(), startTokenEndpoint()]);
  await secured.setPassword('scrammer', 'unused');
}, 240_000);
afterAll(async () => {
  await tokens?.close();
  await secured?.stop();
}, 60_000);

/** The secret as such, and in the forms it travels in. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('base64'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
}

interface Case {
  readonly what: string;
  readonly worker: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** False: the cluster refuses it. */
  readonly works: boolean;
}

async function cases(): Promise<Case[]> {
  const jaas = (module: string, options: string) => `org.apache.kafka.common.security.${module} required ${options};`;
  const escaped = ADMIN.password.replace(/["\\]/g, '\\$&');
  const plain = { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'PLAIN' };
  const oauth = {
    'bootstrap.servers': secured.at('oauth'),
    'security.protocol': 'SASL_PLAINTEXT',
    'sasl.mechanism': 'OAUTHBEARER',
    'sasl.oauthbearer.token.endpoint.url': tokens.url,
    'sasl.oauthbearer.client.id': OAUTH_CLIENT.id,
  };
  const sealed = await encryptedKey(secured.folder, secured.client.key, KEY_PASSWORD);
  const keyLines = sealed.split('\n').filter((line) => line.length > 40);
  const both = `${ADMIN.username}\0${ADMIN.password}`;
  return [
    {
      what: 'PLAIN, as a JAAS entry in clear',
      worker: {
        ...plain,
        'bootstrap.servers': secured.at('sasl'),
        'sasl.jaas.config': jaas('plain.PlainLoginModule', `username="admin" password="${escaped}"`),
      },
      secrets: [ADMIN.password, escaped, both],
      works: true,
    },
    {
      what: 'a wrong password under SCRAM',
      worker: {
        'bootstrap.servers': secured.at('sasl'),
        'security.protocol': 'SASL_PLAINTEXT',
        'sasl.mechanism': 'SCRAM-SHA-512',
        'sasl.username': 'scrammer',
        'sasl.password': SCRAM_PASSWORD,
      },
      secrets: [SCRAM_PASSWORD],
      works: false,
    },
    {
      what: 'OAUTHBEARER',
      worker: { ...oauth, 'sasl.oauthbearer.client.secret': OAUTH_CLIENT.secret },
      secrets: [OAUTH_CLIENT.secret, `${OAUTH_CLIENT.id}:${OAUTH_CLIENT.secret}`],
      works: true,
    },
    {
      what: 'OAUTHBEARER with a secret that is refused',
      worker: { ...oauth, 'sasl.oauthbearer.client.secret': 'oauth-wrong-never-seen' },
      secrets: ['oauth-wrong-never-seen', `${OAUTH_CLIENT.id}:oauth-wrong-never-seen`],
      works: false,
    },
    {
      what: 'a client key with a password',
      worker: {
        'bootstrap.servers': secured.at('mutual'),
        'security.protocol': 'SSL',
        'ssl.truststore.location': secured.authority.file,
        'ssl.certificate': secured.client.cert,
        'ssl.key': sealed,
        'ssl.key.password': KEY_PASSWORD,
      },
      secrets: [KEY_PASSWORD, ...keyLines],
      works: true,
    },
    {
      what: 'a wrong password under TLS',
      worker: {
        ...plain,
        'bootstrap.servers': secured.at('sasltls'),
        'security.protocol': 'SASL_SSL',
        'ssl.ca': secured.authority.pem,
        'sasl.username': 'admin',
        'sasl.password': 'plain-wrong-never-seen',
      },
      secrets: ['plain-wrong-never-seen', 'admin\0plain-wrong-never-seen'],
      works: false,
    },
  ];
}

it('no secret is in output at debug level, metrics, health or process arguments', async () => {
  const anyone = driverOf({ 'bootstrap.servers': secured.at('open') });
  const admin = anyone.admin();
  for (const { what, worker, secrets, works } of await cases()) {
    const topic = uniqueName('orders');
    await admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, configs: {} }]);
    await produce(anyone, topic, ['{"n":1}']);
    const target = await startHttpFunction();
    const folder = await temporaryFolder();
    const [workerFile, connectorFile] = [join(folder, 'worker.json'), join(folder, 'connector.json')];
    await writeFile(workerFile, JSON.stringify({ ...worker, listeners: 'http://127.0.0.1:0', 'log.level': 'debug' }));
    const connector = { name: uniqueName('c'), topics: topic, 'consumer.start.offset': 'earliest', 'linger.ms': '20' };
    const toMe = { 'connector.class': 'fc-sink', 'invoke.target': 'http', 'invoke.http.url': target.url };
    await writeFile(connectorFile, JSON.stringify({ ...connector, ...toMe }));
    const child = spawnCli(['run', '--json', '--worker', workerFile, connectorFile], {
      SPILLWAY_BOOTSTRAP_SERVERS: '',
      KAFKAJS_DEBUG_PROTOCOL_BUFFERS: '1',
    });
    let shown = '';
    child.stderr?.on('data', (text: string) => (shown += text));
    if (works) {
      await waitFor(() => target.envelopes.length > 0, {
        what: `the record (${what}); so far: ${shown.slice(-2_000)}`,
      });
      const { address } = JSON.parse(shown.split('\n').find((line) => line.includes('metrics and health')) ?? '{}');
      const metrics = await (await fetch(`${address}/metrics`)).text();
      expect(metrics, what).toContain('spillway_records_polled_total');
      shown += metrics + (await (await fetch(`${address}/health`)).text());
      shown += await readFile(`/proc/${child.pid}/cmdline`, 'utf8');
      child.kill('SIGTERM');
    }
    const { code, stdout, stderr } = await child.result;
    expect([what, code]).toEqual([what, works ? 0 : 1]);
    shown += stdout + stderr;
    // The log is at the level where everything is said.
    expect(shown, what).toContain('kafkajs: ');
    for (const secret of [...secrets, ...tokens.issued]) {
      for (const form of formsOf(secret)) expect(shown.includes(form), `${what}: ${form}`).toBe(false);
    }
  }
  await admin.close();
}, 600_000);
