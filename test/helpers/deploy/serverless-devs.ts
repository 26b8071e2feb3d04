/** `s` of Serverless Devs as users run it, offline: it keeps its files in a home of its own, sends no statistics and looks for no updates
 *  (`NODE_ENV=test` starts none of its background programs), and a preloaded script refuses every connection. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../../..');
const require = createRequire(import.meta.url);
const S = require.resolve('@serverless-devs/s/bin/s');
const FIXTURES = join(ROOT, 'test', 'fixtures');
const NO_NETWORK = join(FIXTURES, 'no-network.cjs');

/** Files that are deployed. */
export const VARIANTS = ['s.yaml', 's.public.yaml', 's.container.yaml', 's.trigger.yaml'] as const;

/** What the files take from the environment; all of it is secret. */
export const SECRETS = {
  ELASTICSEARCH_PASSWORD: 'password-of-elasticsearch',
  KAFKA_USERNAME: 'user-of-kafka',
  KAFKA_PASSWORD: 'password-of-kafka',
  CALLER_ACCESS_KEY_ID: 'key-of-the-caller',
  CALLER_ACCESS_KEY_SECRET: 'secret-of-the-caller',
  REST_ADMIN_TOKEN: 'token-of-the-administrator',
} as const;

/** A certificate takes so many bytes of the 4 KB that the variables of a function may have. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----\n${`${'A'.repeat(64)}\n`.repeat(30)}-----END CERTIFICATE-----\n`;

export interface Finished {
  readonly ok: boolean;
  readonly output: string;
}

/** Copies the files to deploy into `folder`, which is made, with the component of the fixtures in place of fc3. */
export async function copyDeployment(folder: string): Promise<void> {
  const infra = join(ROOT, 'infra');
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(infra)) {
    if (!/^s\..*yaml$/.test(name)) continue;
    const text = await readFile(join(infra, name), 'utf8');
    await writeFile(
      join(folder, name),
      text.replaceAll('component: fc3', `component: ${join(FIXTURES, 'fc3-component')}`),
    );
  }
  await writeFile(join(folder, 'kafka-ca.pem'), CERTIFICATE);
}

/** Where `s` runs. */
export interface Place {
  /** With the files to deploy. */
  readonly folder: string;
  /** Made when it is not there. Holds its settings and logs, and `network.log` when it tried to reach anybody. */
  readonly home: string;
  /** All that it has of an environment, besides the path; the secrets by default. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function serverlessDevs(
  args: readonly string[],
  { folder, home, env = SECRETS }: Place,
): Promise<Finished> {
  const options = {
    cwd: folder,
    env: {
      ...env,
      PATH: process.env['PATH'],
      HOME: home,
      NODE_ENV: 'test',
      NODE_OPTIONS: `--require ${NO_NETWORK}`,
      NO_NETWORK_LOG: join(home, 'network.log'),
    },
  };
  await mkdir(home, { recursive: true });
  return await promisify(execFile)(process.execPath, [S, ...args], options).then(
    ({ stdout, stderr }) => ({ ok: true, output: stdout + stderr }),
    (thrown: { readonly stdout: string; readonly stderr: string }) => ({
      ok: false,
      output: thrown.stdout + thrown.stderr,
    }),
  );
}

/** A trigger, as far as tests look at it. */
interface Trigger {
  readonly triggerType: string;
  readonly triggerConfig: {
    readonly eventSourceConfig?: {
      readonly eventSourceParameters: { readonly sourceKafkaParameters: Readonly<Record<string, string>> };
    };
  };
}

/** Properties of a function, as far as tests look at them. */
export interface FunctionProps {
  readonly functionName: string;
  readonly role: string;
  readonly code?: string;
  readonly handler?: string;
  readonly timeout: number;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly vpcConfig?: object;
  readonly asyncInvokeConfig?: {
    readonly destinationConfig?: { readonly onFailure: { readonly destination: string } };
  };
  readonly customContainerConfig?: {
    readonly port: number;
    readonly healthCheckConfig: { readonly httpGetUrl: string };
  };
  readonly triggers?: readonly Trigger[];
}

/** What `s` would deploy, by the name of the resource.
 *  @throws Error with what `s` says when it refuses the file */
export async function preview(file: string, place: Place): Promise<ReadonlyMap<string, FunctionProps>> {
  const { ok, output } = await serverlessDevs(['preview', '-t', file, '-o', 'json'], place);
  const start = output.indexOf('{');
  if (!ok || start < 0) throw new Error(`s preview ${file}: ${output}`);
  const shown = JSON.parse(output.slice(start, output.lastIndexOf('}') + 1)) as {
    readonly resources: Readonly<Record<string, { readonly props: FunctionProps }>>;
  };
  return new Map(Object.entries(shown.resources).map(([name, { props }]) => [name, props]));
}
