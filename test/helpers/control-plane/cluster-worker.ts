import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { uniqueName } from '../kafka.ts';
import type { CliResult, Rig } from '../pipeline.ts';
import { waitFor } from '../wait-for.ts';

/** A worker of a cluster, in a process of its own. */
export interface ClusterWorker {
  /** Where it answers: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Its id in statuses: `127.0.0.1:PORT`. */
  readonly id: string;
  /** Everything on standard error so far. */
  log(): string;
  /** SIGKILL. */
  kill(): void;
  /** SIGTERM; resolves with how it ended. */
  stop(): Promise<CliResult>;
}

/** `spillway worker FILE` in the workers' group `group`; killed with the test. Its connectors may write to this machine, and refer to
 *  `SPILLWAY_SECRET_...` variables of `env`. Resolves when it answers. */
export async function startClusterWorker(
  rig: Rig,
  group: string,
  settings: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<ClusterWorker> {
  const file = join(rig.folder, `${uniqueName('worker')}.json`);
  const worker = {
    'bootstrap.servers': rig.bootstrapServers,
    'group.id': group,
    listeners: 'http://127.0.0.1:0',
    'connector.target.hosts': '*,127.0.0.1',
    ...settings,
  };
  await writeFile(file, JSON.stringify(worker));
  const run = rig.spawnCli(['worker', file], {
    SPILLWAY_SECRET_OSS_ID: rig.credentials.accessKeyId,
    SPILLWAY_SECRET_OSS_KEY: rig.credentials.accessKeySecret,
    ...env,
  });
  let log = '';
  run.stderr?.on('data', (text: string) => (log += text));
  const ended = new AbortController();
  void run.result.then(() => ended.abort());
  const url = await waitFor(
    async () => {
      if (ended.signal.aborted) throw new Error(`the worker ended: ${log}`);
      const address = /"address":"(https?:[^"]+)"/.exec(log)?.[1];
      if (address === undefined) return undefined;
      const answer = await fetch(`${address}/health`).catch(() => undefined);
      return answer?.status === 200 ? address : undefined;
    },
    { what: `a worker of ${group}` },
  );
  return {
    url,
    id: new URL(url).host,
    log: () => log,
    kill: () => void run.kill('SIGKILL'),
    async stop() {
      run.kill('SIGTERM');
      return await run.result;
    },
  };
}

/** Configuration of a connector to the rig's object store, without a secret in clear. */
export function ossConfig(rig: Rig, topics: string, extra: Readonly<Record<string, string>> = {}) {
  return {
    'connector.class': 'oss-sink',
    topics,
    'consumer.start.offset': 'earliest',
    'tasks.max': '2',
    'linger.ms': '500',
    'oss.endpoint': rig.oss.endpoint,
    'oss.region': rig.oss.region,
    'oss.bucket': 'test-bucket',
    'oss.access.key.id': '$' + '{env:SPILLWAY_SECRET_OSS_ID}',
    'oss.access.key.secret': '$' + '{env:SPILLWAY_SECRET_OSS_KEY}',
    'oss.format': 'jsonl',
    ...extra,
  };
}
