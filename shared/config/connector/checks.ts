/** Rules over several of the keys that all connectors share. */
import type { ConnectorKeys } from '../connector-keys.ts';
import { crossCheck, when } from '../definition.ts';
import { fcChecks } from './fc-checks.ts';

/** Says in words how a topic is among the sources, `undefined` when it is not. */
function readAs(topic: string, topics: readonly string[] | undefined, pattern: RegExp | undefined): string | undefined {
  if (topics?.includes(topic)) return 'it is one of topics';
  return pattern?.test(topic) ? 'topics.regex matches it' : undefined;
}

function neverASource(key: 'errors.deadletterqueue.topic.name' | 'runtime.error.topic.name', keys: ConnectorKeys) {
  return crossCheck(keys, [key, 'topics', 'topics.regex'], (config) => {
    const how = readAs(config[key], config.topics, config['topics.regex']);
    return when(
      how !== undefined,
      key,
      `${config[key]} is also read as a source: ${how}. Records would go round for ever; choose another topic or narrow the sources`,
    );
  });
}

/** All of them, for the keys of one sink; `userFunction`: it is a function of the user's own. */
export function connectorChecks(keys: ConnectorKeys, userFunction: boolean) {
  return [
    crossCheck(keys, ['topics', 'topics.regex'], ({ topics, 'topics.regex': pattern }) => {
      if ((topics === undefined) !== (pattern === undefined)) return [];
      const message =
        topics === undefined
          ? 'one of topics and topics.regex is required'
          : 'give either topics or topics.regex, not both';
      return ['topics', 'topics.regex'].map((key) => ({ key, message }));
    }),
    neverASource('errors.deadletterqueue.topic.name', keys),
    neverASource('runtime.error.topic.name', keys),
    crossCheck(keys, ['retry.backoff.ms', 'retry.backoff.max.ms'], (config) =>
      when(
        config['retry.backoff.ms'] > config['retry.backoff.max.ms'],
        'retry.backoff.max.ms',
        `is ${config['retry.backoff.max.ms']}, below retry.backoff.ms (${config['retry.backoff.ms']}); raise it or lower the other`,
      ),
    ),
    crossCheck(keys, ['batch.bytes', 'invoke.max.bytes'], (config) =>
      when(
        config['batch.bytes'] > config['invoke.max.bytes'],
        'batch.bytes',
        `is ${config['batch.bytes']}, above invoke.max.bytes (${config['invoke.max.bytes']}); a batch has to fit into a call`,
      ),
    ),
    ...invokeChecks(keys),
    ...fcChecks(keys),
    moduleCheck(keys, userFunction),
    ...overflowChecks(keys),
  ];
}

function invokeChecks(keys: ConnectorKeys) {
  return [
    crossCheck(keys, ['invoke.mode', 'invoke.target'], (config) =>
      when(
        config['invoke.mode'] === 'async' && config['invoke.target'] !== 'fc',
        'invoke.mode',
        `async needs invoke.target=fc, and that is ${config['invoke.target']}; use sync`,
      ),
    ),
    crossCheck(keys, ['invoke.target', 'invoke.http.url'], (config) =>
      when(
        config['invoke.target'] === 'http' && config['invoke.http.url'] === undefined,
        'invoke.http.url',
        'is required with invoke.target=http',
      ),
    ),
  ];
}

/** `invoke.module` is where a user's function in this process comes from, and means nothing anywhere else. */
function moduleCheck(keys: ConnectorKeys, userFunction: boolean) {
  return crossCheck(keys, ['invoke.target', 'invoke.module'], (config) => {
    const inProcess = userFunction && config['invoke.target'] === 'in-process';
    const given = config['invoke.module'] !== undefined;
    const message = inProcess
      ? 'is required with invoke.target=in-process: the file whose handler gets the envelopes'
      : 'is only for connector.class=fc-sink with invoke.target=in-process; remove it, or set those';
    return when(inProcess !== given, 'invoke.module', message);
  });
}

function overflowChecks(keys: ConnectorKeys) {
  const id = 'overflow.claim.check.access.key.id';
  const secret = 'overflow.claim.check.access.key.secret';
  const endpoint = 'overflow.claim.check.endpoint';
  const region = 'overflow.claim.check.region';
  const bucket = 'overflow.claim.check.bucket';
  return [
    crossCheck(keys, ['overflow.policy', bucket], (config) =>
      when(
        config['overflow.policy'] === 'claim-check' && config[bucket] === undefined,
        'overflow.policy',
        `claim-check needs ${bucket}; set it, or use error-topic`,
      ),
    ),
    crossCheck(keys, [bucket, endpoint, region], (config) =>
      when(
        config[bucket] !== undefined && config[endpoint] === undefined && config[region] === undefined,
        endpoint,
        `with ${bucket} one of ${endpoint} and ${region} is required`,
      ),
    ),
    crossCheck(keys, [id, secret], (config) => {
      const missing = config[id] === undefined ? id : secret;
      return when(
        (config[id] === undefined) !== (config[secret] === undefined),
        missing,
        `${id} and ${secret} are given together`,
      );
    }),
  ];
}
