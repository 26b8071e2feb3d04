/** A real broker with a listener for every way of encrypting and signing in, and an authorizer that forbids what nobody granted. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { kafkaRuntime } from '../../../infra/local/kafka/runtime.ts';
import { type LocalKafka, startKafka } from '../../../infra/local/kafka/start-kafka.ts';
import { freePorts } from '../../../infra/local/supervise/ports.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { type Authority, type Certificate, certificateAuthority } from './certificates.ts';

/** `open` is for the broker itself and for tests that grant rights; its users may do anything. */
const LISTENERS = {
  open: 'PLAINTEXT',
  /** PLAIN, SCRAM-SHA-256, SCRAM-SHA-512. */
  sasl: 'SASL_PLAINTEXT',
  /** OAUTHBEARER only. */
  oauth: 'SASL_PLAINTEXT',
  /** SCRAM-SHA-512 and PLAIN; a sign-in is good for `SESSION_MS`. */
  brief: 'SASL_PLAINTEXT',
  tls: 'SSL',
  /** PLAIN and SCRAM-SHA-512. */
  sasltls: 'SASL_SSL',
  /** Asks clients for a certificate of the same authority. */
  mutual: 'SSL',
  /** Its certificate is for another name. */
  misnamed: 'SSL',
  expired: 'SSL',
} as const;

export type ListenerName = keyof typeof LISTENERS;

/** How long a sign-in at `brief` is good for. */
export const SESSION_MS = 2_000;

/** May do anything. */
export const ADMIN = { username: 'admin', password: 'Adm1n,pass=word!"\\x' } as const;
/** May do what a test granted. */
export const BOB = { username: 'bob', password: 'b0b-5ecret-Pa55' } as const;

export interface SecuredKafka {
  readonly kafka: LocalKafka;
  readonly authority: Authority;
  /** Issued to `CN=spillway`, who may do anything. */
  readonly client: Certificate;
  readonly folder: string;
  /** `127.0.0.1:PORT` of a listener. */
  at(listener: ListenerName): string;
  /** Sets the SCRAM passwords of a user, under both mechanisms. */
  setPassword(username: string, password: string): Promise<void>;
  grant(user: string, operation: Operation, type: ResourceType, name: string): Promise<void>;
  revoke(user: string, operation: Operation, type: ResourceType, name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Kafka's numbers of what kafkajs spells by name. Source: org.apache.kafka.common.acl.AclOperation, ...resource.ResourceType. */
const OPERATIONS = { READ: 3, WRITE: 4, CREATE: 5, DELETE: 6, DESCRIBE: 8 } as const;
const TYPES = { TOPIC: 2, GROUP: 3, CLUSTER: 4 } as const;
const LITERAL = 3;
const ALLOW = 3;

type Operation = keyof typeof OPERATIONS;
type ResourceType = keyof typeof TYPES;

const MODULES = 'org.apache.kafka.common.security';
const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
/** Backslashes mean something in properties files too. */
const property = (text: string) => text.replaceAll('\\', '\\\\');

const USERS = [ADMIN, BOB].map(({ username, password }) => `user_${username}=${quoted(password)}`).join(' ');
const PLAIN = property(`${MODULES}.plain.PlainLoginModule required ${USERS};`);
const SCRAM = `${MODULES}.scram.ScramLoginModule required;`;
const OAUTH = `${MODULES}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`;

function saslOverrides(): Record<string, string> {
  const jaas = (listener: ListenerName, mechanism: string, module: string) => [
    `listener.name.${listener}.${mechanism}.sasl.jaas.config`,
    module,
  ];
  return Object.fromEntries([
    ['sasl.enabled.mechanisms', 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512'],
    ['listener.name.oauth.sasl.enabled.mechanisms', 'OAUTHBEARER'],
    ['listener.name.brief.sasl.enabled.mechanisms', 'PLAIN,SCRAM-SHA-512'],
    ['listener.name.sasltls.sasl.enabled.mechanisms', 'PLAIN,SCRAM-SHA-512'],
    ['listener.name.brief.plain.connections.max.reauth.ms', String(SESSION_MS)],
    ['listener.name.brief.scram-sha-512.connections.max.reauth.ms', String(SESSION_MS)],
    ...(['sasl', 'brief', 'sasltls'] as const).flatMap((listener) => [
      jaas(listener, 'plain', PLAIN),
      jaas(listener, 'scram-sha-512', SCRAM),
    ]),
    jaas('sasl', 'scram-sha-256', SCRAM),
    jaas('oauth', 'oauthbearer', OAUTH),
    ['listener.name.oauth.oauthbearer.connections.max.reauth.ms', '3600000'],
  ]);
}

function tlsOverrides(authority: Authority, stores: Readonly<Record<string, Certificate>>): Record<string, string> {
  const entries = Object.entries(stores).flatMap(([listener, { store }]) => [
    [`listener.name.${listener}.ssl.keystore.type`, 'PEM'],
    [`listener.name.${listener}.ssl.keystore.location`, store],
    [`listener.name.${listener}.ssl.truststore.type`, 'PEM'],
    [`listener.name.${listener}.ssl.truststore.location`, authority.file],
  ]);
  return { ...Object.fromEntries(entries), 'listener.name.mutual.ssl.client.auth': 'required' };
}

async function start(
  overrides: Readonly<Record<string, string>>,
): Promise<{ kafka: LocalKafka; ports: Map<string, number> }> {
  const names = Object.keys(LISTENERS) as ListenerName[];
  for (let tries = 1; ; tries++) {
    const [controller = 0, ...free] = await freePorts(names.length + 1);
    const ports = new Map(names.map((name, i) => [name, free[i] ?? 0]));
    const listening = names.map((name) => `${name.toUpperCase()}://127.0.0.1:${ports.get(name)}`);
    const protocols = names.map((name) => `${name.toUpperCase()}:${LISTENERS[name]}`);
    try {
      const kafka = await startKafka({
        port: ports.get('open') ?? 0,
        overrides: {
          listeners: [...listening, `CONTROLLER://127.0.0.1:${controller}`].join(','),
          'advertised.listeners': listening.join(','),
          'listener.security.protocol.map': ['CONTROLLER:PLAINTEXT', ...protocols].join(','),
          'controller.quorum.voters': `1@127.0.0.1:${controller}`,
          'inter.broker.listener.name': 'OPEN',
          'num.network.threads': '1',
          'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
          'super.users': 'User:ANONYMOUS;User:admin;User:CN=spillway',
          ...overrides,
        },
      });
      return { kafka, ports };
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}

/** Started in a few seconds; `stop` it. */
export async function startSecuredKafka(): Promise<SecuredKafka> {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-security-'));
  try {
    const authority = await certificateAuthority(folder, 'test-authority');
    const broker = await authority.issue('broker');
    const misnamed = await authority.issue('misnamed', { names: 'DNS:kafka.example.com' });
    const expired = await authority.issue('expired', { days: -1 });
    const stores = { tls: broker, sasltls: broker, mutual: broker, misnamed, expired };
    const { kafka, ports } = await start({ ...saslOverrides(), ...tlsOverrides(authority, stores) });
    const at = (listener: ListenerName) => `127.0.0.1:${ports.get(listener)}`;
    return {
      kafka,
      authority,
      folder,
      client: await authority.issue('spillway'),
      at,
      setPassword: (username, password) => setScramPassword(at('open'), username, password),
      async grant(...right) {
        await asAdmin(at('open'), (admin) => admin.createAcls({ acl: [aclOf(...right)] }));
      },
      async revoke(...right) {
        await asAdmin(at('open'), (admin) => admin.deleteAcls({ filters: [aclOf(...right)] }));
      },
      async stop() {
        await kafka.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function setScramPassword(server: string, username: string, password: string): Promise<void> {
  const { javaCommand } = await kafkaRuntime(process.env, silentLogger);
  const [command = 'java', ...args] = javaCommand;
  // One request may alter a user once.
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    const user = ['--entity-type', 'users', '--entity-name', username];
    const change = ['--alter', '--add-config', `${mechanism}=[password=${password}]`];
    const tool = ['kafka.admin.ConfigCommand', '--bootstrap-server', server, ...change, ...user];
    await promisify(execFile)(command, [...args, ...tool]);
  }
}

async function asAdmin(server: string, work: (admin: Admin) => Promise<unknown>): Promise<void> {
  const admin = new Kafka({ brokers: [server], clientId: 'granting', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}

function aclOf(user: string, operation: Operation, type: ResourceType, name: string) {
  return {
    resourceType: TYPES[type],
    resourceName: name,
    resourcePatternType: LITERAL,
    principal: `User:${user}`,
    host: '*',
    operation: OPERATIONS[operation],
    permissionType: ALLOW,
  };
}
