/** A Function Compute on this machine, with one function: one of ours, built as it is deployed, or one of a user. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunctions } from '../../infra/bundle-functions.ts';
import { type FcFunction, type FcInvocation, startFc } from '../../infra/local/fc/server.ts';
import { LOCAL_FC_CREDENTIALS } from '../commands/local.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface DemoFunction {
  /** One line: the function and where it runs. */
  readonly place: string;
  /** Keys of a connector that calls it. */
  readonly keys: Readonly<Record<string, string>>;
  calls(): readonly FcInvocation[];
  close(): Promise<void>;
}

/** Builds one of our functions below `folder` and answers what is deployed of it. */
export async function builtFunction(name: string, folder: string): Promise<string> {
  const out = join(folder, 'functions');
  await bundleFunctions(ROOT, join(ROOT, 'functions'), out, [name]);
  return join(out, name);
}

/** Starts the stand-in with the function. Its logs and the caller's secret lie in `folder`. */
export async function startFunction(fn: FcFunction, folder: string): Promise<DemoFunction> {
  const server = await startFc({ dir: join(folder, 'fc'), credentials: [LOCAL_FC_CREDENTIALS], functions: [fn] });
  const secrets = join(folder, 'secrets.properties');
  await writeFile(secrets, `fc.access.key.secret=${LOCAL_FC_CREDENTIALS.accessKeySecret}\n`);
  return {
    place: `function ${fn.name} in a Function Compute stand-in at ${server.endpoint}`,
    keys: {
      'invoke.target': 'fc',
      'fc.endpoint': server.endpoint,
      'fc.region': server.region,
      'fc.account.id': server.accountId,
      'fc.function.name': fn.name,
      'fc.access.key.id': LOCAL_FC_CREDENTIALS.accessKeyId,
      'fc.access.key.secret': `\${file:${secrets}:fc.access.key.secret}`,
    },
    calls: () => server.invocations(fn.name),
    close: () => server.close(),
  };
}
