/** Producers that nobody here wrote, each as a program that carries out a plan. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonVenv } from '../../../infra/local/foreign/python-venv.ts';
import { isMissing, type Missing, runTool } from '../../../infra/local/foreign/tool.ts';
import { kafkaClassPath } from '../../../infra/local/kafka/jars.ts';
import { findJava } from '../../../infra/local/kafka/java.ts';
import { toError } from '../../../shared/errors.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import type { PlannedSend } from './plan.ts';

export interface ProducedPlan {
  /** As the client names itself. */
  readonly version: string;
  /** Partition and offset of each record, as the client was told, by send. */
  readonly sends: readonly (readonly (readonly [partition: number, offset: number])[])[];
}

export interface ForeignProducer {
  /** What `npm test` calls it. */
  readonly name: string;
  /** Call it from inside a test. */
  produce(bootstrap: string, sends: readonly PlannedSend[]): Promise<ProducedPlan>;
}

/** A program that takes the file of a plan as its last argument. */
function program(name: string, command: string, args: readonly string[]): ForeignProducer {
  return {
    name,
    async produce(bootstrap, sends) {
      const file = join(await temporaryFolder(), 'plan.json');
      await writeFile(file, JSON.stringify({ bootstrap, sends }));
      return JSON.parse(await runTool(command, [...args, file])) as ProducedPlan;
    },
  };
}

function sourceFile(name: string): string {
  return fileURLToPath(new URL(`../../foreign/kafka/${name}`, import.meta.url));
}

/** librdkafka under Python's `confluent-kafka`. */
export async function librdkafka(): Promise<ForeignProducer | Missing> {
  const venv = await pythonVenv();
  return isMissing(venv)
    ? venv
    : program('librdkafka (confluent-kafka)', venv.python, ['-B', sourceFile('produce.py')]);
}

/** Kafka's own client, from the jars of the local Kafka; Java compiles the program as it starts it. */
export async function kafkaJavaClient(): Promise<ForeignProducer | Missing> {
  try {
    const { command } = await findJava(process.env);
    const classPath = await kafkaClassPath(process.env, silentLogger);
    if (!(await runTool(command, ['--list-modules'])).includes('jdk.compiler'))
      return { missing: 'this Java has no compiler (a JRE): install a JDK of 17 or newer' };
    const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';
    return program('Kafka Java client', command, [quiet, '-cp', classPath, sourceFile('Produce.java')]);
  } catch (error) {
    return { missing: toError(error).message };
  }
}
