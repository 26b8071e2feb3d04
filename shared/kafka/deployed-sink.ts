/** A sink as a deployed function: its configuration is the environment, its log the standard output. What all of them share. */
import { pino } from 'pino';
import { type Clock, systemClock } from '../clock.ts';
import { recordKeys } from '../config/connector/record-keys.ts';
import { defineKey } from '../config/define-key.ts';
import type { ConfigOf, CrossCheck, KeyDefinitions } from '../config/definition.ts';
import { configFromEnvironment } from '../config/environment.ts';
import { namingVariables } from '../config/environment-problems.ts';
import { parseConfig } from '../config/parse.ts';
import type { SecretResolver } from '../config/secret.ts';
import { secretResolver } from '../config/secret-resolver.ts';
import type { Converter } from '../converter.ts';
import type { Logger } from '../logger.ts';
import type { NullValues } from '../null-values.ts';
import type { SharedKeys, SinkDefinition, SinkWriter } from '../sink.ts';
import { createSinkHandler, type SinkHandler } from '../sink-handler.ts';
import { errorTopicOf } from './function-error-topic.ts';

/** What a function has of the machine it runs on. */
export interface FunctionHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @throws Error when the file cannot be read */
  readonly readText: (path: string) => string;
  /** As `Math.random`. */
  readonly random: () => number;
}

/** What a writer is built from besides its keys. */
export interface DeployedWriterDeps {
  readonly clock: Clock;
  readonly secrets: SecretResolver;
  readonly logger: Logger;
}

/** What can be set besides the sink's own keys, the converters and what becomes of tombstones, as environment variables. */
const functionKeys = {
  'runtime.error.topic.name': defineKey.string({
    group: 'Function',
    importance: 'MEDIUM',
    displayName: 'Error data topic',
    doc: 'Where errant records go when nobody reads the answer; its brokers are `SPILLWAY_BOOTSTRAP_SERVERS`. Without it they fail the invocation.',
  }),
  'invocation.source': defineKey.enum(['auto', 'dispatcher', 'platform'], {
    group: 'Function',
    importance: 'LOW',
    displayName: 'Who reads the answer',
    default: 'auto',
    doc: 'Whether somebody reads the answer. `platform`: nobody, so a record that is not safe fails the invocation. `auto`: `platform` for events of a native trigger.',
  }),
  'handler.reserve.ms': defineKey.long({
    group: 'Function',
    importance: 'LOW',
    displayName: 'Reserved time',
    min: 0,
    unit: 'ms',
    default: 1_000,
    doc: 'Time of each invocation that is kept back for stopping and answering.',
  }),
};

type FunctionConfig = ConfigOf<typeof functionKeys> & {
  readonly 'key.converter': Converter;
  readonly 'value.converter': Converter;
  readonly 'behavior.on.null.values': NullValues;
};

/** Builds the handler from an environment.
 *  @throws ConfigError with every problem of the environment, and what `createWriter` throws */
export function deployedSink<K extends KeyDefinitions>(
  definition: SinkDefinition<K>,
  createWriter: (config: ConfigOf<K>, deps: DeployedWriterDeps) => SinkWriter,
  { env, readText, random }: FunctionHost,
): SinkHandler {
  const records = recordKeys(definition);
  const keys = {
    ...definition.keys,
    'key.converter': records['key.converter'],
    'value.converter': records['value.converter'],
    'behavior.on.null.values': records['behavior.on.null.values'],
    ...functionKeys,
  };
  // A function has no topics of its own: rules that read such keys are the dispatcher's.
  const shared = definition.connectorChecks?.(keys as unknown as K & SharedKeys) ?? [];
  const isOurs = ({ reads }: { readonly reads: readonly string[] }) => reads.every((key) => Object.hasOwn(keys, key));
  // What is left reads keys that are among `keys`.
  const checks = [...definition.checks, ...shared.filter(isOurs)] as unknown as readonly CrossCheck<
    ConfigOf<typeof keys>
  >[];
  const parsed = namingVariables('', () =>
    parseConfig(keys, checks, configFromEnvironment(keys, env), 'environment of the function'),
  );
  const config = parsed.config as unknown as ConfigOf<K> & FunctionConfig;
  const logger = pino({ level: env['LOG_LEVEL'] ?? 'info', base: { sink: definition.connectorClass } });
  for (const warning of parsed.warnings) logger.warn(warning, 'configuration');
  const deps = { clock: systemClock, secrets: secretResolver(env, readText), logger };
  const topic = config['runtime.error.topic.name'];
  return createSinkHandler({
    writer: createWriter(config, deps),
    errantReporter: errorTopicOf({ ...deps, random, env, topic, sinkClass: definition.connectorClass }),
    keyConverter: config['key.converter'],
    valueConverter: config['value.converter'],
    nullValues: config['behavior.on.null.values'],
    invocationSource: config['invocation.source'],
    clock: systemClock,
    logger,
    reserveMs: config['handler.reserve.ms'],
  });
}
