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

/** Runs in Vitest's main process once for each project that needs them; the environment carries what was started from the first to the
 *  others, since each loads this module for itself. */
const SHARED_KAFKA = 'SPILLWAY_TEST_BOOTSTRAP_SERVERS';
const SHARED_CLI = 'SPILLWAY_TEST_CLI';

/** Provides the tests' Kafka and CLI. Where no Kafka can be started, the tests that ask for it fail with the reason and the others still run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const ends = [await provideCli(project), await provideKafka(project)];
  return async () => {
    for (const end of ends) await end();
  };
}

async function provideCli(project: TestProject): Promise<() => Promise<void>> {
  const there = process.env[SHARED_CLI];
  if (there) {
    project.provide('cli', there);
    return async () => undefined;
  }
  const cli = await buildCli('tests');
  process.env[SHARED_CLI] = cli.path;
  project.provide('cli', cli.path);
  return async () => {
    delete process.env[SHARED_CLI];
    await cli.remove();
  };
}

async function provideKafka(project: TestProject): Promise<() => Promise<void>> {
  const there = process.env['SPILLWAY_BOOTSTRAP_SERVERS'] || process.env[SHARED_KAFKA];
  if (there) {
    project.provide('kafka', { bootstrapServers: there });
    return async () => undefined;
  }
  try {
    const kafka = await startKafka({ logger: stderrLogger });
    process.env[SHARED_KAFKA] = kafka.bootstrapServers;
    project.provide('kafka', { bootstrapServers: kafka.bootstrapServers });
    return async () => {
      delete process.env[SHARED_KAFKA];
      await kafka.stop();
    };
  } catch (error) {
    const { message } = toError(error);
    stderrLogger.error({}, message);
    project.provide('kafka', { unavailable: message });
    return async () => undefined;
  }
}
