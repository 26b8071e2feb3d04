/** Drivers made of worker settings, the way the program makes them. */
import { readFileSync } from 'node:fs';
import { systemClock } from '../../../shared/clock.ts';
import type { RawConfig } from '../../../shared/config/parse.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { kafkaConnection, parseWorker } from '../../../shared/config/worker-keys.ts';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import { createKafkaDriver } from '../../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { fetchOfRun } from '../fetch-of-run.ts';

/** Secrets are looked up in `env`, files on this machine.
 *  @throws ConfigError as the program would */
export function driverOf(raw: RawConfig, env: Readonly<Record<string, string>> = {}): KafkaDriver {
  const secrets = secretResolver(env, (path) => readFileSync(path, 'utf8'));
  const connection = kafkaConnection(parseWorker({ 'kafka.fetch': fetchOfRun, ...raw }).config, secrets);
  return createKafkaDriver(connection, {
    logger: silentLogger,
    clock: systemClock,
    random: Math.random,
  });
}
