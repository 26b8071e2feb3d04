/** Kafka's jars: fetched once by Maven, checked against `jars.sha256`, kept in the cache. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { toError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import { cached, kafkaCacheFolder } from './cache-folder.ts';
import { KafkaJarsError, MavenMissingError } from './errors.ts';

const POM = fileURLToPath(new URL('./pom.xml', import.meta.url));
const LOCK = fileURLToPath(new URL('./jars.sha256', import.meta.url));

interface LockedJar {
  readonly name: string;
  readonly sha256: string;
}

async function readLock(): Promise<LockedJar[]> {
  const lines = (await readFile(LOCK, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [sha256 = '', name = ''] = line.split(/ +/);
    return { name, sha256 };
  });
}

async function check(folder: string, lock: readonly LockedJar[]): Promise<void> {
  for (const { name, sha256 } of lock) {
    let bytes: Buffer;
    try {
      bytes = await readFile(join(folder, name));
    } catch (error) {
      throw new KafkaJarsError(`Kafka's jar ${name} cannot be read in ${folder} (${toError(error).message}).`);
    }
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== sha256) {
      throw new KafkaJarsError(
        `Kafka's jar ${join(folder, name)} has sha256 ${found}, expected ${sha256}: remove it and fetch it anew.`,
      );
    }
  }
}

async function fetchByMaven(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const args = [
    '-B',
    '-q',
    '-f',
    POM,
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${folder}`,
  ];
  try {
    await promisify(execFile)('mvn', args, { env });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new MavenMissingError(kafkaCacheFolder(env));
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout).trim() : toError(error).message;
    throw new KafkaJarsError(`Maven could not fetch Kafka's jars: ${output.slice(0, 2_000)}`);
  }
}

/** Class path of Kafka's jars, absolute and in a fixed order (the class archive depends on it). From the folder `KAFKA_JARS`, else from
 *  the cache, which Maven fills when it is empty.
 *  @throws MavenMissingError, KafkaJarsError */
export async function kafkaClassPath(env: NodeJS.ProcessEnv, logger: Logger): Promise<string> {
  const lock = await readLock();
  const own = env['KAFKA_JARS'];
  if (own) await check(own, lock);
  const folder =
    own ||
    (await cached(join(kafkaCacheFolder(env), 'jars'), async (temporary) => {
      logger.info({}, 'fetching the jars of Apache Kafka by Maven (45 MB, once)');
      await fetchByMaven(temporary, env);
      await check(temporary, lock);
    }));
  return lock.map(({ name }) => join(folder, name)).join(delimiter);
}
