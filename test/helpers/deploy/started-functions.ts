/** Functions as they start with the variables that they are deployed with: without a network, and without being called. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { createClusterWorker } from '../../../functions/control-plane/main.ts';
import { ConnectorCheck } from '../../../functions/control-plane/plane/connector-check.ts';
import { connectorPolicy } from '../../../functions/control-plane/policy/connector-policy.ts';
import { restrictedSecrets } from '../../../functions/control-plane/policy/secret-rules.ts';
import { deployedDeadLetter } from '../../../functions/dead-letter/deployed.ts';
import { connectorFromEnvironment } from '../../../functions/dispatcher/environment-connector.ts';
import { SINKS } from '../../../functions/dispatcher/main.ts';
import { deployedDispatcher } from '../../../functions/dispatcher/timed/deployed.ts';
import { deployedHandler as elasticsearchHandler } from '../../../functions/elasticsearch-sink/deployed.ts';
import { deployedHandler as maxcomputeHandler } from '../../../functions/maxcompute-sink/deployed.ts';
import { deployedHandler as ossHandler } from '../../../functions/oss-sink/deployed.ts';
import { systemClock } from '../../../shared/clock.ts';
import { configFromEnvironment, WORKER_PREFIX } from '../../../shared/config/environment.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { parseWorker, workerKeys } from '../../../shared/config/worker-keys.ts';
import { ConfigError } from '../../../shared/errors.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { examples, page } from '../../unit/docs/pages.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const readText = (path: string) => readFileSync(path, 'utf8');
const random = () => 0.5;
const noRole = () => undefined;
const shared = (env: Environment) => ({
  env,
  secrets: secretResolver(env, readText),
  clock: systemClock,
  logger: silentLogger,
});

/** That of `docs/deploy.md`, which refers to the secrets that the worker is deployed with. */
function exampleConnector(): Readonly<Record<string, string>> {
  const text = examples(page('docs/deploy.md')).get('connector') ?? '';
  const entries = Object.entries(parse(text) as Readonly<Record<string, string | number>>);
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

/** Builds what is in `dist/functions-bundled/<name>`, or in the container of that name.
 *  @throws ConfigError when the environment is wrong */
const STARTS: Readonly<Record<string, (env: Environment) => unknown>> = {
  dispatcher: (env) =>
    deployedDispatcher({
      ...shared(env),
      sinks: SINKS,
      createWorker: () => Promise.reject(new Error('nothing is called here')),
    }),
  'dispatcher-container': (env) => [
    connectorFromEnvironment(env, SINKS, shared(env).secrets),
    parseWorker(configFromEnvironment(workerKeys, env, WORKER_PREFIX)),
  ],
  'control-plane': (env) => {
    // Where the platform says.
    const raw = { listeners: 'http://0.0.0.0:9000', ...configFromEnvironment(workerKeys, env, WORKER_PREFIX) };
    const { config: worker } = parseWorker(raw);
    createClusterWorker({ ...shared(env), worker, version: 'of the image' });
    const policy = connectorPolicy(worker, (path) => path);
    const secrets = restrictedSecrets(shared(env).secrets, policy);
    const check = new ConnectorCheck({
      sinks: SINKS,
      policy,
      secrets,
      groupId: worker['group.id'],
      internalTopics: [],
    });
    const { problems } = check.check(exampleConnector());
    if (problems.length > 0) throw new ConfigError(problems, 'the connector of docs/deploy.md');
  },
  'oss-sink': (env) => ossHandler(env, readText, noRole, random),
  'elasticsearch-sink': (env) => elasticsearchHandler({ env, readText, random }),
  'maxcompute-sink': (env) => maxcomputeHandler({ env, readText, random }, noRole),
  'dead-letter': (env) => deployedDeadLetter({ ...shared(env), random }),
};

/** Starts the function and answers the names of the variables that it looked at.
 *  @throws ConfigError when the environment is wrong */
export function variablesRead(name: string, variables: Readonly<Record<string, string>>): ReadonlySet<string> {
  const start = Object.hasOwn(STARTS, name) ? STARTS[name] : undefined;
  if (start === undefined) throw new Error(`no function ${name} is known here: add it to ${import.meta.filename}`);
  const read = new Set<string>();
  const env = new Proxy(variables, {
    get: (target, key) => {
      read.add(String(key));
      return Reflect.get(target, key);
    },
    ownKeys: () => {
      throw new Error('whoever takes all variables at once hides which of them it knows');
    },
  });
  start(env);
  return read;
}
