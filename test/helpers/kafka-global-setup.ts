import type { TestProject } from 'vitest/node';
import { startKafka } from '../../infra/local/kafka/start-kafka.ts';
import { toError } from '../../shared/errors.ts';
import { buildCli } from './build-programs.ts';
import { stderrLogger } from './stderr-logger.ts';

declare module 'vitest' {
  interface ProvidedContext {
    kafka: { bootstrapServers: string } | { unavailable: string };
    /** Path of the CLI as one file. */
    cli: string;
  }
}

/** Runs once, in Vitest's main process: provides the tests' Kafka and CLI. Where no Kafka can be started, the tests that ask for it fail with
 *  the reason and the others still run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const ends = [await provideCli(project), await provideKafka(project)];
  return async () => {
    for (const end of ends) await end();
  };
}

async function provideCli(project: TestProject): Promise<() => Promise<void>> {
  const cli = await buildCli('tests');
  project.provide('cli', cli.path);
  return () => cli.remove();
}

async function provideKafka(project: TestProject): Promise<() => Promise<void>> {
  const there = process.env['SPILLWAY_BOOTSTRAP_SERVERS'];
  if (there) {
    project.provide('kafka', { bootstrapServers: there });
    return async () => undefined;
  }
  try {
    const kafka = await startKafka({ logger: stderrLogger });
    project.provide('kafka', { bootstrapServers: kafka.bootstrapServers });
    return () => kafka.stop();
  } catch (error) {
    const { message } = toError(error);
    stderrLogger.error({}, message);
    project.provide('kafka', { unavailable: message });
    return async () => undefined;
  }
}
