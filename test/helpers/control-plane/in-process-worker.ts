import { onTestFinished } from 'vitest';
import { type ClusterWorkerSetup, createClusterWorker } from '../../../functions/control-plane/main.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { parseWorker } from '../../../shared/config/worker-keys.ts';
import type { Logger } from '../../../shared/logger.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { kafkaForTests } from '../kafka.ts';

/** What a worker answered. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

/** A worker of a cluster in this process, over the tests' Kafka; it stops with the test. */
export interface InProcessWorker {
  /** `http://127.0.0.1:41234` */
  readonly url: string;
  /** `127.0.0.1:41234` */
  readonly id: string;
  /** @param body sent as JSON */
  ask(method: string, path: string, body?: unknown): Promise<Answered>;
  /** Stops gracefully. */
  stop(): Promise<void>;
}

/** Workers of the same group are a cluster. Resolves when it can be asked. */
export async function startInProcessWorker(
  groupId: string,
  {
    settings = {},
    logger = silentLogger,
    plugins = [],
    env = {},
  }: {
    readonly settings?: Readonly<Record<string, string>>;
    readonly logger?: Logger;
    readonly plugins?: NonNullable<ClusterWorkerSetup['plugins']>;
    /** What `${env:NAME}` refers to. */
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<InProcessWorker> {
  const { config } = parseWorker({
    'bootstrap.servers': (await kafkaForTests()).bootstrapServers,
    'group.id': groupId,
    listeners: 'http://127.0.0.1:0',
    ...settings,
  });
  const secrets = secretResolver(env, () => {
    throw new Error('these tests have no files of secrets');
  });
  const worker = createClusterWorker({ worker: config, secrets, logger, version: '0.0.0-test', plugins });
  const stop = new AbortController();
  const kill = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  onTestFinished(async () => {
    stop.abort();
    kill.abort();
    await ended.catch(() => undefined);
  });
  const [url = ''] = await new Promise<readonly string[]>((resolve, reject) => {
    ended = worker.run(stop.signal, kill.signal, resolve);
    ended.catch(reject);
  });
  return {
    url,
    id: new URL(url).host,
    async ask(method, path, body) {
      const answer = await fetch(url + path, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await answer.text();
      const isJson = text !== '' && answer.headers.get('content-type')?.includes('json') === true;
      return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
    },
    async stop() {
      stop.abort();
      await ended;
    },
  };
}
