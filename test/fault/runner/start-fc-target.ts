/** The Function Compute stand-in, in a process of its own and behind a proxy, with its functions. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FcFunction } from '../../../infra/local/fc/server.ts';
import { environmentName } from '../../../shared/config/environment.ts';
import { bundledFunctions } from '../../helpers/function-bundles.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { behindProxy, tell } from './behind-proxy.ts';
import type { Closing } from './closing.ts';
import { objectKeys } from './connector-config.ts';
import { POISON } from './content.ts';
import { FC_NAMES, HALF_IS_TAKEN } from './fc-account.ts';
import type { Programs } from './program.ts';
import { serviceProcess } from './service-process.ts';
import type { FcTarget, OssTarget } from './world.ts';

/** What the runner needs beyond what faults may do. */
export type ClearableFc = FcTarget & { clear(): Promise<void> };

/** An order as the stand-in lists it. */
interface PendingFault {
  readonly times: number;
  readonly left: number;
}

/** The prefix of the connector that writes objects through Function Compute. */
const PREFIX = 'objects-fc';

/** Appends each record that it takes to a file, as a line; throws at a batch that holds poison. Between the halves of a batch there is time to be
 *  killed. */
const TAKER = `import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
const { RECEIVED, POISON } = process.env;
const take = (records) => appendFileSync(RECEIVED, records.map((record) => JSON.stringify(record) + '\\n').join(''));
export async function handler(event) {
  const records = JSON.parse(event);
  if (records.some(({ value }) => value?.includes(POISON))) throw new Error('poison');
  const half = Math.ceil(records.length / 2);
  take(records.slice(0, half));
  console.log('${HALF_IS_TAKEN}');
  await sleep(30);
  take(records.slice(half));
  return { version: 1, all: 'written', count: records.length };
}
`;

async function functionsOf(folder: string, received: string, oss: OssTarget): Promise<FcFunction[]> {
  const code = join(folder, 'taker');
  await mkdir(code);
  await writeFile(join(code, 'index.mjs'), TAKER);
  const { 'oss-sink': bundle = '' } = await bundledFunctions();
  const environment = Object.entries(objectKeys(PREFIX, oss.proxy.port)).map(
    ([key, value]) => [environmentName(key), value] as const,
  );
  return [
    { name: FC_NAMES.taker, code, environmentVariables: { RECEIVED: received, POISON } },
    { name: FC_NAMES.objects, code: bundle, environmentVariables: Object.fromEntries(environment) },
  ];
}

export async function startFcTarget(
  programs: Programs,
  folder: string,
  oss: OssTarget,
  closing: Closing,
): Promise<ClearableFc> {
  const { port, proxy } = await behindProxy(closing);
  const dir = join(folder, 'fc');
  await mkdir(dir);
  const received = join(folder, 'fc-received.jsonl');
  await writeFile(received, '');
  const functions = join(dir, 'functions.json');
  await writeFile(functions, JSON.stringify(await functionsOf(dir, received, oss)));
  const service = serviceProcess(programs.fcProcess, [dir, String(port), functions], join(folder, 'fc.log'));
  closing.push(() => service.kill());
  await service.start();
  return {
    start: service.start,
    kill: service.kill,
    proxy,
    received,
    order: async (...faults) => {
      await tell(port, '/__fc/faults', 'POST', faults);
    },
    befallen: async () => {
      const pending = async () => JSON.parse(await tell(port, '/__fc/faults', 'GET')) as PendingFault[];
      await waitFor(async () => (await pending()).every(({ times, left }) => left < times), {
        what: 'the faults of Function Compute',
      });
    },
    clear: async () => {
      await tell(port, '/__fc/faults', 'DELETE');
    },
  };
}
