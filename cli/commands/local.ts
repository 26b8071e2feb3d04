/** `spillway local`: keeps local services up for playing. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { startFc } from '../../infra/local/fc/server.ts';
import { startKafka } from '../../infra/local/kafka/start-kafka.ts';
import { startMaxCompute } from '../../infra/local/maxcompute/server.ts';
import { startOss } from '../../infra/local/oss/server.ts';
import { makeOpenFolder, serverUser } from '../../infra/local/search/server-user.ts';
import { SEARCH_SERVER_NAMES, type SearchServerName } from '../../infra/local/search/servers.ts';
import { startSearch } from '../../infra/local/search/start-search.ts';
import { WORKER_PREFIX } from '../../shared/config/environment.ts';
import type { Logger } from '../../shared/logger.ts';
import { createLogger } from '../logger.ts';
import { stopSignals } from '../stop-signals.ts';

/** A service that runs: what to paste to use it, and how to end it. */
interface RunningService {
  readonly settings: Readonly<Record<string, string>>;
  readonly note: string;
  stop(): Promise<void>;
}

interface LocalOptions {
  readonly dir?: string;
  readonly json: boolean;
  readonly searchServer: SearchServerName;
}

/** Keys of the local OSS; they open nothing else. */
export const LOCAL_OSS_CREDENTIALS = { accessKeyId: 'local-access-key', accessKeySecret: 'local-access-secret' };
export const LOCAL_BUCKET = 'local-bucket';

/** Keys and project of the local MaxCompute. */
export const LOCAL_MAXCOMPUTE_CREDENTIALS = { accessId: 'local-access-id', accessKey: 'local-access-key' };
const LOCAL_PROJECT = 'local_project';
const TABLE_TO_TRY =
  'CREATE TABLE orders (`topic` STRING, `partition` BIGINT, `offset` BIGINT, `key` STRING, `value` STRING) PARTITIONED BY (`pt` STRING);';

/** Keys of the local Function Compute. */
export const LOCAL_FC_CREDENTIALS = { accessKeyId: 'local-access-key', accessKeySecret: 'local-access-secret' };

/** A request to a stand-in's own pages that any shell with node can send. */
function pageCall(url: string, method: string, body: string): string {
  return `node -e "fetch('${url}',{method:'${method}',body:${body}}).then(r=>r.text()).then(console.log)"`;
}

/** What a temporary folder lets others do where a search server runs as another user: pass. */
const PASSABLE = 0o711;

type StartService = (dir: string, logger: Logger, options: LocalOptions) => Promise<RunningService>;

const services: Readonly<Record<string, StartService>> = {
  kafka: async (dir, logger) => {
    const kafka = await startKafka({
      dir: join(dir, 'kafka'),
      logger,
      // For playing: producing to a topic makes it.
      overrides: { 'auto.create.topics.enable': 'true', 'num.partitions': '3' },
    });
    return {
      settings: { SPILLWAY_BOOTSTRAP_SERVERS: kafka.bootstrapServers },
      note: `Kafka at ${kafka.bootstrapServers}, its data in ${kafka.dir}`,
      stop: () => kafka.stop(),
    };
  },
  oss: async (dir) => {
    const objects = join(dir, 'oss');
    const oss = await startOss({ dir: objects, credentials: [LOCAL_OSS_CREDENTIALS], buckets: [LOCAL_BUCKET] });
    return {
      settings: {
        OSS_ENDPOINT: oss.endpoint,
        OSS_REGION: oss.region,
        OSS_BUCKET: LOCAL_BUCKET,
        OSS_ACCESS_KEY_ID: LOCAL_OSS_CREDENTIALS.accessKeyId,
        OSS_ACCESS_KEY_SECRET: LOCAL_OSS_CREDENTIALS.accessKeySecret,
      },
      note: `OSS at ${oss.endpoint}, its objects in ${objects}`,
      stop: () => oss.close(),
    };
  },
  maxcompute: async (dir) => {
    const tables = join(dir, 'maxcompute');
    const { accessId, accessKey } = LOCAL_MAXCOMPUTE_CREDENTIALS;
    const maxcompute = await startMaxCompute({
      dir: tables,
      project: LOCAL_PROJECT,
      credentials: [LOCAL_MAXCOMPUTE_CREDENTIALS],
    });
    return {
      settings: {
        MAXCOMPUTE_ENDPOINT: maxcompute.endpoint,
        MAXCOMPUTE_PROJECT: maxcompute.project,
        MAXCOMPUTE_ACCESS_ID: accessId,
        MAXCOMPUTE_ACCESS_KEY: accessKey,
      },
      note: [
        `MaxCompute at ${maxcompute.endpoint}, its tables in ${tables}`,
        `  A table: curl ${maxcompute.tunnelEndpoint}/__sql -d '${TABLE_TO_TRY}'`,
      ].join('\n'),
      stop: () => maxcompute.close(),
    };
  },
  fc: async (dir, logger) => {
    const folder = join(dir, 'fc');
    const fc = await startFc({ dir: folder, credentials: [LOCAL_FC_CREDENTIALS], functions: [], logger });
    const page = `${fc.endpoint}/__fc/functions`;
    return {
      settings: {
        INVOKE_FC_ENDPOINT: fc.endpoint,
        INVOKE_FC_ACCOUNT_ID: fc.accountId,
        INVOKE_FC_REGION: fc.region,
        INVOKE_FC_ACCESS_KEY_ID: LOCAL_FC_CREDENTIALS.accessKeyId,
        INVOKE_FC_ACCESS_KEY_SECRET: LOCAL_FC_CREDENTIALS.accessKeySecret,
      },
      note: [
        `Function Compute at ${fc.endpoint}, the logs of its functions in ${join(folder, 'logs')}`,
        `  A folder with an index.mjs becomes a function: ${pageCall(page, 'PUT', "JSON.stringify({name:'hello',code:'/path/of/the/folder'})")}`,
        `  Call it: ${pageCall(`${page}/hello/invocations`, 'POST', "'[]'")}`,
      ].join('\n'),
      stop: () => fc.close(),
    };
  },
  search: async (dir, logger, { searchServer: server }) => {
    const search = await startSearch({ server, dir: join(dir, 'search', server), logger });
    return {
      settings: { ELASTICSEARCH_HOSTS: search.url },
      note: `${server} (${search.version}) at ${search.url}, its data in ${search.dir}`,
      stop: () => search.stop(),
    };
  },
};

export function localCommand(): Command {
  return new Command('local')
    .description('start local services and keep them up until interrupted')
    .addArgument(new Argument('<service...>', 'which').choices(Object.keys(services)))
    .option('--dir <folder>', 'where their data lies and stays (default: a new temporary folder)')
    .addOption(
      new Option('--search-server <server>', 'which one search starts')
        .choices(SEARCH_SERVER_NAMES)
        .default('elasticsearch-8' satisfies SearchServerName),
    )
    .option('--json', 'addresses and settings as one JSON line', false)
    .action(async (names: string[], options: LocalOptions) => {
      await local([...new Set(names)], options);
    });
}

async function folderFor(names: readonly string[], given: string | undefined): Promise<string> {
  const isShared = names.includes('search') && serverUser() !== undefined;
  if (given !== undefined) {
    const dir = resolve(given);
    // Before a service makes it for itself alone.
    if (isShared) makeOpenFolder(dir);
    return dir;
  }
  const dir = await mkdtemp(join(tmpdir(), 'spillway-local-'));
  if (isShared) await chmod(dir, PASSABLE);
  return dir;
}

async function local(names: readonly string[], options: LocalOptions): Promise<void> {
  const logger = createLogger('info', process.stderr.isTTY === true);
  const dir = await folderFor(names, options.dir);
  const signals = stopSignals(() => logger.info({}, 'stopping'));
  const running: RunningService[] = [];
  try {
    for (const name of names) {
      const start = services[name];
      if (start !== undefined) running.push(await start(dir, logger, options));
    }
    const settings = Object.assign({}, ...running.map((service) => service.settings)) as Record<string, string>;
    process.stdout.write(options.json ? `${JSON.stringify({ dir, settings })}\n` : describe(running, settings));
    if (!signals.stop.aborted) {
      await new Promise((interrupted) => signals.stop.addEventListener('abort', interrupted, { once: true }));
    }
  } finally {
    await Promise.allSettled(running.reverse().map((service) => service.stop()));
    signals.dispose();
  }
}

/** What lets connectors over REST reach these services and refer to these variables: a worker allows neither by itself. */
function forWorkers(settings: Readonly<Record<string, string>>): string[] {
  const variables = Object.keys(settings).filter((name) => !name.startsWith(WORKER_PREFIX));
  if (variables.length === 0) return [];
  return [
    '',
    '# for spillway worker',
    `export SPILLWAY_CONNECTOR_TARGET_HOSTS='*,127.0.0.1,localhost'`,
    `export SPILLWAY_CONNECTOR_SECRET_VARIABLES=${variables.join(',')}`,
  ];
}

function describe(running: readonly RunningService[], settings: Readonly<Record<string, string>>): string {
  const lines = [
    ...running.map(({ note }) => note),
    '',
    ...Object.entries(settings).map(([name, value]) => `export ${name}=${value}`),
    ...forWorkers(settings),
    '',
    'Ctrl-C stops them.',
  ];
  return `${lines.join('\n')}\n`;
}
