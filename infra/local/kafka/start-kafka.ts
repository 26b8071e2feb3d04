/** A real Apache Kafka on this machine, for the demo, for tests and for playing. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Logger, silentLogger } from '../../../shared/logger.ts';
import { freePorts } from '../supervise/ports.ts';
import { removedAtExit } from '../supervise/temporary-folder.ts';
import { Broker, PortTakenError } from './broker.ts';
import { type KafkaRuntime, kafkaRuntime } from './runtime.ts';
import { type BrokerAddress, serverProperties } from './server-properties.ts';
import { prepareStorage } from './storage.ts';

type Properties = Readonly<Record<string, string>>;

export interface StartKafkaOptions {
  /** Default 1. With 3, topics have three replicas of which two must be in sync, and any one broker may be killed. */
  readonly brokers?: 1 | 3;
  /** Where data, configuration and logs lie; kept on `stop` and used again by the next start. Default: a temporary folder. */
  readonly dir?: string;
  /** Client port of the first broker, the others follow upwards. Default: any free ports. */
  readonly port?: number;
  /** Further or other `server.properties`, as Kafka spells them: of every broker, or made for each. */
  readonly overrides?: Properties | ((self: BrokerAddress) => Properties);
  /** Told what takes long on a first start. */
  readonly logger?: Logger;
  /** Read for `JAVA_HOME`, `PATH`, `SPILLWAY_CACHE` and `KAFKA_JARS`. Default: the process's own. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface LocalBroker {
  readonly id: number;
  readonly port: number;
  /** Of the running process; -1 when it is down. */
  readonly pid: number;
  /** Resolves when the process is gone. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Kills the process if it runs, starts it over the same data and port, resolves when clients can connect. */
  restart(): Promise<void>;
}

export interface LocalKafka {
  /** As `bootstrap.servers` wants it: `127.0.0.1:20001,...` */
  readonly bootstrapServers: string;
  readonly brokers: readonly LocalBroker[];
  readonly dir: string;
  /** Ends every broker; removes the folder unless it was given. Idempotent. */
  stop(): Promise<void>;
}

const PORT_TRIES = 5;

async function addresses(count: number, firstPort: number | undefined): Promise<BrokerAddress[]> {
  const ports = await freePorts(count * 2);
  return Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    port: firstPort === undefined ? (ports[i] ?? 0) : firstPort + i,
    controllerPort: ports[count + i] ?? 0,
  }));
}

async function configureBroker(
  self: BrokerAddress,
  cluster: readonly BrokerAddress[],
  dir: string,
  runtime: KafkaRuntime,
  overrides: StartKafkaOptions['overrides'] = {},
): Promise<Broker> {
  const home = join(dir, `broker-${self.id}`);
  const dataDir = join(home, 'data');
  const propertiesFile = join(home, 'server.properties');
  await mkdir(home, { recursive: true });
  await prepareStorage(runtime.template, dataDir, self.id);
  await writeFile(
    propertiesFile,
    serverProperties({
      self,
      cluster,
      dataDir,
      overrides: typeof overrides === 'function' ? overrides(self) : overrides,
    }),
  );
  return new Broker({
    id: self.id,
    port: self.port,
    javaCommand: runtime.javaCommand,
    propertiesFile,
    logFile: join(home, 'broker.log'),
  });
}

async function startBrokers(dir: string, runtime: KafkaRuntime, options: StartKafkaOptions): Promise<Broker[]> {
  for (let tries = 1; ; tries++) {
    const cluster = await addresses(options.brokers ?? 1, options.port);
    const brokers: Broker[] = [];
    for (const self of cluster) brokers.push(await configureBroker(self, cluster, dir, runtime, options.overrides));
    const started = await Promise.allSettled(brokers.map((broker) => broker.start()));
    const failure = started.find((result) => result.status === 'rejected');
    if (failure === undefined) return brokers;
    await Promise.all(brokers.map((broker) => broker.kill('SIGKILL')));
    const portLost = started.some((result) => result.status === 'rejected' && result.reason instanceof PortTakenError);
    if (!portLost || options.port !== undefined || tries === PORT_TRIES) throw failure.reason;
  }
}

function localBroker(broker: Broker): LocalBroker {
  return {
    id: broker.id,
    port: broker.port,
    get pid() {
      return broker.pid;
    },
    kill: (signal) => broker.kill(signal),
    restart: async () => {
      await broker.kill('SIGKILL');
      await broker.start();
    },
  };
}

/** Starts a real Kafka in KRaft mode on free ports of 127.0.0.1 and resolves when clients can connect: in about two seconds once
 *  jars, storage template and class archive are in the cache. It ends with `stop`, and with this process however that dies.
 *  @throws JavaMissingError, MavenMissingError, KafkaJarsError, LocalKafkaError */
export async function startKafka(options: StartKafkaOptions = {}): Promise<LocalKafka> {
  const runtime = await kafkaRuntime(options.env ?? process.env, options.logger ?? silentLogger);
  const temporary = options.dir === undefined;
  const dir = options.dir === undefined ? await mkdtemp(join(tmpdir(), 'spillway-kafka-')) : resolve(options.dir);
  const forget = temporary ? removedAtExit(dir) : undefined;
  const clear = async () => {
    if (forget === undefined) return;
    await rm(dir, { recursive: true, force: true });
    forget();
  };
  let brokers: Broker[];
  try {
    brokers = await startBrokers(dir, runtime, options);
  } catch (error) {
    await clear();
    throw error;
  }
  return {
    bootstrapServers: brokers.map(({ port }) => `127.0.0.1:${port}`).join(','),
    brokers: brokers.map(localBroker),
    dir,
    stop: async () => {
      // Data that is thrown away needs no orderly end; data that is kept starts two seconds faster after one.
      await Promise.all(brokers.map((broker) => broker.kill(temporary ? 'SIGKILL' : 'SIGTERM')));
      await clear();
    },
  };
}
