/** Everything a broker process needs and that is worth keeping: Java's command line with jars and class archive, storage template. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import { freePorts } from '../supervise/ports.ts';
import { Broker, READY_LINE_FLAG } from './broker.ts';
import { cached, kafkaCacheFolder } from './cache-folder.ts';
import { kafkaClassPath } from './jars.ts';
import { findJava, type Java } from './java.ts';
import { serverProperties } from './server-properties.ts';
import { prepareStorage, storageTemplate } from './storage.ts';

/** Serial collector and first compiler only: half the CPU of a start, and memory for three brokers on a laptop.
 *  The log settings hide warnings about a class archive that does not fit; the broker starts without it then. */
const JVM_FLAGS = [
  '-Xms64m',
  '-Xmx256m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Xlog:disable',
  '-Xlog:all=error:stderr:tags',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  READY_LINE_FLAG,
];

export interface KafkaRuntime {
  /** The command and its arguments up to the main class. */
  readonly javaCommand: readonly string[];
  /** Folder to copy a new broker's storage from. */
  readonly template: string;
}

/** Runs a broker once and has Java write down the classes it loaded, which halves every later start. */
async function recordClasses(archive: string, javaCommand: readonly string[], template: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'spillway-kafka-archive-'));
  const dataDir = join(dir, 'data');
  const propertiesFile = join(dir, 'server.properties');
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const [command = 'java', ...args] = javaCommand;
  const broker = new Broker({
    id: 1,
    port,
    javaCommand: [command, `-XX:ArchiveClassesAtExit=${archive}`, ...args],
    propertiesFile,
    logFile: join(dir, 'broker.log'),
  });
  try {
    const self = { id: 1, port, controllerPort };
    await prepareStorage(template, dataDir, 1);
    await writeFile(propertiesFile, serverProperties({ self, cluster: [self], dataDir, overrides: {} }));
    await broker.start();
    await broker.kill('SIGTERM');
  } finally {
    await broker.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  }
  if (!existsSync(archive)) throw new Error('Java wrote no archive');
}

/** An archive fits one Java and one class path only, so both are in its name. */
function archiveName(java: Java, classPath: string): string {
  const jars = createHash('sha256').update(classPath).digest('hex').slice(0, 8);
  return `classes-${java.version.replaceAll(/[^\w.+-]/g, '_')}-${jars}.jsa`;
}

/** Finds Java and Kafka, from the cache where it has them.
 *  @throws JavaMissingError, MavenMissingError, KafkaJarsError, LocalKafkaError */
export async function kafkaRuntime(env: NodeJS.ProcessEnv, logger: Logger): Promise<KafkaRuntime> {
  const java = await findJava(env);
  const classPath = await kafkaClassPath(env, logger);
  const folder = kafkaCacheFolder(env);
  const plain = [java.command, ...JVM_FLAGS, '-cp', classPath];
  const template = await storageTemplate(folder, plain);
  try {
    const archive = await cached(join(folder, archiveName(java, classPath)), async (temporary) => {
      logger.info({}, 'preparing a class archive for faster starts of the local Kafka (once)');
      await recordClasses(temporary, plain, template);
    });
    return {
      javaCommand: [java.command, `-XX:SharedArchiveFile=${archive}`, ...JVM_FLAGS, '-cp', classPath],
      template,
    };
  } catch (error) {
    logger.warn({ reason: toError(error).message }, 'no class archive: the local Kafka starts more slowly');
    return { javaCommand: plain, template };
  }
}
