import type { TestProject } from 'vitest/node';
import { startKafka } from '../../infra/local/kafka/start-kafka.ts';
import { toError } from '../../shared/errors.ts';
import { stderrLogger } from './stderr-logger.ts';

declare module 'vitest' {
  interface ProvidedContext {
    kafka: { bootstrapServers: string } | { unavailable: string };
  }
}

/** Runs in Vitest's main process once for each project that needs Kafka; the environment carries the address from the first to the others,
 *  since each loads this module for itself. */
const SHARED = 'SPILLWAY_TEST_BOOTSTRAP_SERVERS';

/** Provides the tests' Kafka. Where none can be started, the tests that ask for it fail with the reason and the others still run. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const there = process.env['SPILLWAY_BOOTSTRAP_SERVERS'] || process.env[SHARED];
  if (there) {
    project.provide('kafka', { bootstrapServers: there });
    return undefined;
  }
  try {
    const kafka = await startKafka({ logger: stderrLogger });
    process.env[SHARED] = kafka.bootstrapServers;
    project.provide('kafka', { bootstrapServers: kafka.bootstrapServers });
    return async () => {
      delete process.env[SHARED];
      await kafka.stop();
    };
  } catch (error) {
    const { message } = toError(error);
    stderrLogger.error({}, message);
    project.provide('kafka', { unavailable: message });
    return undefined;
  }
}
