/** A worker that is asked over HTTP, path and body as they were recorded. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'undici';
import { waitFor } from '../wait-for.ts';
import type { GoldenEntry } from './golden.ts';
import type { ReplayAnswer, ReplayWorker } from './replay.ts';

const LOOK_AGAIN_MS = 50;
const LOOKS = 600;
/** States that are about to be others. */
const ON_THE_WAY = new Set(['UNASSIGNED', 'RESTARTING']);

interface Status {
  readonly connector: { readonly state: string };
  readonly tasks: readonly { readonly state: string }[];
}

/** @param waiting called between two looks, with the id of the entry */
export function workerOverHttp(
  url: string,
  waiting: (id: string) => Promise<void>,
): ReplayWorker & { close(): Promise<void> } {
  const client = new Client(url);
  const ask = async ({ method, path, headers, body }: GoldenEntry['request']): Promise<ReplayAnswer> => {
    const answer = await client.request({
      method: method as 'GET',
      path,
      headers: { ...headers },
      body: body === null || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
      text: await answer.body.text(),
    };
  };
  const read = async (path: string) => await ask({ method: 'GET', path, headers: {}, body: null });
  return {
    ask,
    async settled({ id, request: { path } }) {
      const connector = /^\/connectors\/[^/?]+/.exec(path)?.[0];
      if (connector === undefined) return;
      await waitFor(
        async () => {
          const [config, status] = [await read(`${connector}/config`), await read(`${connector}/status`)];
          return config.status !== 200 || isSettled(JSON.parse(config.text), JSON.parse(status.text));
        },
        { what: `${connector} to settle before ${id}` },
      );
    },
    async wait({ id }, looks) {
      await waiting(id);
      await sleep(LOOK_AGAIN_MS);
      return looks < LOOKS;
    },
    close: () => client.destroy(),
  };
}

function isSettled(config: Readonly<Record<string, string>>, { connector, tasks }: Status): boolean {
  if ([connector, ...tasks].some(({ state }) => ON_THE_WAY.has(state))) return false;
  if (connector.state === 'STOPPED') return tasks.length === 0;
  return connector.state !== 'RUNNING' || tasks.length === Number(config['tasks.max']);
}
