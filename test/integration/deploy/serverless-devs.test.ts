import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SINKS } from '../../../functions/dispatcher/main.ts';
import { connectorKeys } from '../../../shared/config/connector-keys.ts';
import { environmentName, WORKER_PREFIX } from '../../../shared/config/environment.ts';
import { workerKeys } from '../../../shared/config/worker-keys.ts';
import {
  copyDeployment,
  type FunctionProps,
  preview,
  SECRETS,
  serverlessDevs,
  VARIANTS,
} from '../../helpers/deploy/serverless-devs.ts';
import { variablesRead } from '../../helpers/deploy/started-functions.ts';

const ROOT = join(import.meta.dirname, '../../..');
const INFRA = join(ROOT, 'infra');
const NO_NETWORK = join(ROOT, 'test', 'fixtures', 'no-network.cjs');
/** Of all variables of a function together. Source: https://help.aliyun.com/zh/functioncompute/fc/user-guide/environment-variables */
const MOST_BYTES = 4096;

let scratch = '';
let place = { folder: '', home: '' };
const resources = new Map<string, ReadonlyMap<string, FunctionProps>>();
const functionsOf = (variant: string) => [...(resources.get(variant) ?? [])];

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'spillway-deploy-'));
  place = { folder: join(scratch, 'infra'), home: join(scratch, 'home') };
  await copyDeployment(place.folder);
  await Promise.all(VARIANTS.map(async (variant) => resources.set(variant, await preview(variant, place))));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** The bundle's name, or that of the container. */
const programOf = ({ code, functionName }: FunctionProps) =>
  code === undefined ? functionName.replace('spillway-', '') : basename(code);

/** Folder in `infra/containers`, and the file that answers the platform's question after its health. */
const CONTAINERS: Readonly<Record<string, readonly [folder: string, health: string]>> = {
  'dispatcher-container': ['dispatcher', 'functions/dispatcher/health-server.ts'],
  'control-plane': ['control-plane', 'functions/control-plane/rest/spillway/health.ts'],
};

describe.each(VARIANTS)('infra/%s', (variant) => {
  it('is what the component accepts', async () => {
    expect(await serverlessDevs(['verify', '-t', variant], place)).toMatchObject({
      ok: true,
      output: expect.stringContaining(`[${variant}] passed`),
    });
  });

  it('deploys every function under a name of its own, with a handler that is there', async () => {
    const functions = functionsOf(variant).map(([, props]) => props);
    expect(new Set(functions.map(({ functionName }) => functionName)).size).toBe(functions.length);
    for (const props of functions) {
      const { code, handler, customContainerConfig } = props;
      if (code === undefined) {
        const [folder = '', healthFile = ''] = CONTAINERS[programOf(props)] ?? [];
        const dockerfile = await readFile(join(INFRA, 'containers', folder, 'Dockerfile'), 'utf8');
        const health = await readFile(join(ROOT, healthFile), 'utf8');
        expect(dockerfile).toContain(`EXPOSE ${customContainerConfig?.port}\n`);
        expect(health).toContain(`'${customContainerConfig?.healthCheckConfig.httpGetUrl}'`);
        continue;
      }
      expect(relative(ROOT, resolve(INFRA, code))).toBe(join('dist', 'functions-bundled', basename(code)));
      const module = (await import(join(ROOT, 'functions', basename(code), 'handler.ts'))) as Record<string, unknown>;
      expect([code, handler, typeof module['handler']]).toEqual([code, 'index.handler', 'function']);
    }
  });

  it('sets only variables that the function reads, and with which it starts', () => {
    for (const [name, props] of functionsOf(variant)) {
      const read = variablesRead(programOf(props), props.environmentVariables);
      const unknown = Object.keys(props.environmentVariables).filter((variable) => !read.has(variable));
      expect([name, unknown]).toEqual([name, []]);
    }
  });

  it('keeps within what Function Compute takes as variables', () => {
    for (const [name, { environmentVariables }] of functionsOf(variant)) {
      const entries = Object.entries(environmentVariables);
      expect(entries.filter(([key]) => key.startsWith('FC_') || !/^[A-Za-z]\w*$/.test(key))).toEqual([]);
      const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0);
      expect([name, bytes < MOST_BYTES]).toEqual([name, true]);
    }
  });

  it('names functions that it deploys, and gives them the time that their caller waits', () => {
    const functions = functionsOf(variant).map(([, props]) => props);
    const named = (name: string) => functions.find(({ functionName }) => functionName === name);
    for (const { environmentVariables, asyncInvokeConfig } of functions) {
      const destination = asyncInvokeConfig?.destinationConfig?.onFailure.destination;
      if (destination !== undefined) expect(named(destination.split('functions/')[1] ?? '')).toBeDefined();
      const { INVOKE_FC_FUNCTION_NAME: called, INVOKE_TIMEOUT_MS: waits } = environmentVariables;
      if (called !== undefined) expect(named(called)?.timeout).toBeLessThan(Number(waits) / 1_000);
    }
  });

  it('puts what talks to Kafka into its VPC, or signs in', () => {
    for (const [name, { environmentVariables, vpcConfig }] of functionsOf(variant)) {
      if (environmentVariables['SPILLWAY_BOOTSTRAP_SERVERS'] === undefined) continue;
      const protocol = environmentVariables['SPILLWAY_SECURITY_PROTOCOL'];
      expect([name, vpcConfig === undefined ? protocol : 'VPC']).toEqual([
        name,
        variant === 's.public.yaml' ? 'SASL_SSL' : 'VPC',
      ]);
    }
  });

  it('takes every secret from the environment', () => {
    const secret = new Set<string>();
    for (const sink of SINKS) {
      for (const [key, { type }] of Object.entries({ ...connectorKeys(sink), ...sink.keys })) {
        if (type === 'PASSWORD') secret.add(environmentName(key));
      }
    }
    for (const [key, { type }] of Object.entries(workerKeys)) {
      if (type === 'PASSWORD') secret.add(environmentName(key, WORKER_PREFIX));
    }
    for (const [, { environmentVariables }] of functionsOf(variant)) {
      const given = Object.entries(environmentVariables).filter(([name]) => secret.has(name));
      for (const [name, value] of given)
        expect([name, Object.values<string>(SECRETS).includes(value)]).toEqual([name, true]);
    }
  });
});

it('a variable that no function knows would be found', () => {
  const variables = { OSS_BUCKET: 'my-bucket', OSS_REGION: 'cn-hangzhou', OSS_BUKET: 'my-bucket' };
  expect(variablesRead('oss-sink', variables)).not.toContain('OSS_BUKET');
  expect(() => variablesRead('oss-sink', { OSS_BUKET: 'my-bucket' })).toThrow('oss.bucket');
});

it('a worker that nobody may use is not started, since everybody could', async () => {
  const { control_plane: worker } = Object.fromEntries(functionsOf('s.yaml'));
  const variables = { ...worker?.environmentVariables, SPILLWAY_REST_ADMIN_TOKEN: '' };
  expect(() => variablesRead('control-plane', variables)).toThrow('rest.');
});

it('a password that is not set is missed by its function, and by nobody else', async () => {
  const functions = await preview('s.yaml', { ...place, env: {} });
  const search = functions.get('elasticsearch_sink')?.environmentVariables ?? {};
  expect(search['ELASTICSEARCH_PASSWORD']).toBe('');
  expect(() => variablesRead('elasticsearch-sink', search)).toThrow(
    /is missing.*in the environment: ELASTICSEARCH_PASSWORD/,
  );
});

it('starts after the other edits that docs/deploy.md describes: asynchronous calls, a function of the user', () => {
  const { dispatcher, oss_sink: sink } = Object.fromEntries(functionsOf('s.yaml'));
  const variables = dispatcher?.environmentVariables ?? {};
  expect(variablesRead('dispatcher', { ...variables, INVOKE_MODE: 'async' })).toContain('INVOKE_MODE');
  const platform = { ...sink?.environmentVariables, INVOCATION_SOURCE: 'platform' };
  expect(variablesRead('oss-sink', platform)).toContain('INVOCATION_SOURCE');
  const withoutSink = Object.entries(variables).filter(([name]) => !name.startsWith('OSS_'));
  const own = { ...Object.fromEntries(withoutSink), CONNECTOR_CLASS: 'fc-sink', INVOKE_FC_FUNCTION_NAME: 'mine' };
  expect(variablesRead('dispatcher', own)).toContain('INVOKE_FC_FUNCTION_NAME');
});

it('a function has a consumer group of its own for each trigger', () => {
  const groups = functionsOf('s.trigger.yaml').flatMap(([, { triggers = [] }]) =>
    triggers.map(
      ({ triggerConfig }) =>
        triggerConfig.eventSourceConfig?.eventSourceParameters.sourceKafkaParameters['ConsumerGroup'],
    ),
  );
  expect(groups).toEqual(['spillway-oss-sink', 'spillway-elasticsearch-sink', 'spillway-maxcompute-sink']);
});

it.each(['elasticsearch', 'maxcompute'])('carries to %s after the edit that docs/deploy.md describes', async (sink) => {
  const base = await readFile(join(place.folder, 's.base.yaml'), 'utf8');
  const edited = base
    .replace('CONNECTOR_CLASS: oss-sink', `CONNECTOR_CLASS: ${sink}-sink`)
    .replace('INVOKE_FC_FUNCTION_NAME: spillway-oss-sink', `INVOKE_FC_FUNCTION_NAME: spillway-${sink}-sink`)
    .replace('<<: [*kafka, *connector, *oss]', `<<: [*kafka, *connector, *${sink}]`);
  const folder = join(scratch, sink);
  await copyDeployment(folder);
  await writeFile(join(folder, 's.base.yaml'), edited);
  const dispatcher = (await preview('s.yaml', { ...place, folder })).get('dispatcher');
  const { environmentVariables = {} } = dispatcher ?? {};
  const read = variablesRead('dispatcher', environmentVariables);
  expect(environmentVariables['CONNECTOR_CLASS']).toBe(`${sink}-sink`);
  expect(Object.keys(environmentVariables).filter((variable) => !read.has(variable))).toEqual([]);
});

it('takes secrets from .env where it runs, and says which one is missing', async () => {
  const env = { ELASTICSEARCH_PASSWORD: SECRETS.ELASTICSEARCH_PASSWORD, KAFKA_USERNAME: SECRETS.KAFKA_USERNAME };
  const missing = serverlessDevs(['preview', '-t', 's.public.yaml'], { ...place, env });
  expect(await missing).toMatchObject({
    ok: false,
    output: expect.stringContaining("env('KAFKA_PASSWORD') not found"),
  });
  const folder = join(scratch, 'with-env-file');
  await copyDeployment(folder);
  await writeFile(join(folder, '.env'), `KAFKA_PASSWORD=${SECRETS.KAFKA_PASSWORD}\n`);
  const found = (await preview('s.public.yaml', { ...place, folder, env })).get('dispatcher');
  expect(found?.environmentVariables['SPILLWAY_SASL_PASSWORD']).toBe(SECRETS.KAFKA_PASSWORD);
});

it('the component of the tests refuses each mistake, and only those', async () => {
  const fixture = await readFile(join(ROOT, 'test/fixtures/deploy-mistakes.yaml'), 'utf8');
  const component = join(ROOT, 'test/fixtures/fc3-component');
  await writeFile(join(place.folder, 'mistakes.yaml'), fixture.replaceAll('component: fc3', `component: ${component}`));
  const { ok, output } = await serverlessDevs(['verify', '-t', 'mistakes.yaml'], place);
  expect(ok).toBe(false);
  const mistakes = [...fixture.matchAll(/^ {2}(\w+):(?= \{ component|$)/gm)].map(([, name]) => name);
  const refused = new Set([...output.matchAll(/^(\w+)\/props/gm)].map(([, name]) => name));
  expect(mistakes.length).toBeGreaterThan(10);
  expect([...refused].sort()).toEqual(
    mistakes.filter((name) => !['none', 'function', 'stream'].includes(name ?? '')).sort(),
  );
});

it('s reaches out to nobody', async () => {
  const log = join(scratch, 'proof.log');
  const env = { NODE_OPTIONS: `--require ${NO_NETWORK}`, NO_NETWORK_LOG: log };
  const script = `fetch('http://127.0.0.1:65000').catch(() => fetch('http://nowhere.invalid')).catch(() => undefined)`;
  await promisify(execFile)(process.execPath, ['-e', script], { env });
  expect(await readFile(log, 'utf8')).toMatch(/127\.0\.0\.1[\s\S]*nowhere\.invalid/);
  expect(existsSync(join(place.home, '.s'))).toBe(true);
  expect(existsSync(join(place.home, 'network.log'))).toBe(false);
});
