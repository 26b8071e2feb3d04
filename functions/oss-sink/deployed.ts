/** The sink as a deployed function: its configuration is the environment, its log the standard output. */
import { pino } from 'pino';
import { systemClock } from '../../shared/clock.ts';
import { recordKeys } from '../../shared/config/connector/record-keys.ts';
import { defineKey } from '../../shared/config/define-key.ts';
import { configFromEnvironment } from '../../shared/config/environment.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { secretResolver } from '../../shared/config/secret-resolver.ts';
import { createSinkHandler, type SinkHandler } from '../../shared/sink-handler.ts';
import { ossKeys, ossSink } from './config.ts';
import { createOssWriter } from './create.ts';
import type { OssCredentials } from './credentials.ts';
import { errorTopicOf } from './error-topic.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const converters = recordKeys(ossSink);

/** What can be set besides the sink's own keys, as environment variables. */
const functionKeys = {
  ...ossKeys,
  'key.converter': converters['key.converter'],
  'value.converter': converters['value.converter'],
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

/** Builds the handler from an environment. `role` is asked for credentials before each request; `random` as `Math.random`.
 *  @throws ConfigError with every problem of the environment */
export function deployedHandler(
  env: Environment,
  readText: (path: string) => string,
  role: () => OssCredentials | undefined,
  random: () => number,
): SinkHandler {
  const raw = configFromEnvironment(functionKeys, env);
  const { config, warnings } = parseConfig<typeof functionKeys>(
    functionKeys,
    ossSink.checks,
    raw,
    'environment of the function',
  );
  const logger = pino({ level: env['LOG_LEVEL'] ?? 'info', base: { sink: ossSink.connectorClass } });
  for (const warning of warnings) logger.warn(warning, 'configuration');
  const secrets = secretResolver(env, readText);
  const shared = { clock: systemClock, secrets, logger };
  const topic = config['runtime.error.topic.name'];
  return createSinkHandler({
    writer: createOssWriter(config, { ...shared, role }),
    errantReporter: errorTopicOf({ ...shared, random, env, topic, sinkClass: ossSink.connectorClass }),
    keyConverter: config['key.converter'],
    valueConverter: config['value.converter'],
    invocationSource: config['invocation.source'],
    clock: systemClock,
    logger,
    reserveMs: config['handler.reserve.ms'],
  });
}
