/** Topics into tables by several lives of a worker process: killed, put to sleep, started again, at moments that the stand-in's faults make
 *  certain. Rows are read from its files. */
import type { FaultOrder } from '../../infra/local/maxcompute/server.ts';
import { uniqueName } from './kafka.ts';
import { setupMaxCompute } from './maxcompute.ts';
import { type Rig, recordOf } from './pipeline.ts';
import { waitFor } from './wait-for.ts';

/** Records of one batch; those of the next have the same keys. */
export const BATCH = 20;
/** Far from the end of an hour. */
const AT = Date.parse('2026-11-20T04:10:00Z');

/** One bucket: a batch is one write. */
const KEYED_TABLE =
  "(key STRING NOT NULL, value STRING, PRIMARY KEY (key)) TBLPROPERTIES ('transactional'='true', 'write.bucket.num'='1')";

const KINDS = {
  append: { order: {}, keys: {} },
  upsert: { order: { columns: KEYED_TABLE }, keys: { 'maxcompute.partition.columns': 'none' } },
} as const;

/** Exclusive of `to`: `key=value` of the rows that records have. */
export function rowsOf(kind: keyof typeof KINDS, to: number): string[] {
  const all = Array.from({ length: to }, (_, n) => [`k${n % BATCH}`, `v${n}`] as const);
  const rows = kind === 'append' ? all : [...new Map(all)];
  return rows.map((row) => row.join('=')).sort();
}

/** One that lives are told of, by its connector. */
export type Lives = Awaited<ReturnType<typeof setupLives>>;

/** A worker process that runs all of them, whose death is noticed soon. */
export function startLife(rig: Rig, all: readonly Lives[], ...options: readonly string[]) {
  const files = all.map(({ file }) => file);
  return rig.spawnCli(['run', ...options, ...files], {
    SPILLWAY_SESSION_TIMEOUT_MS: '6000',
    SPILLWAY_LOG_LEVEL: 'info',
  });
}

/** A topic with one partition, and a connector that writes batches of `BATCH` records from it to a table of its own. */
export async function setupLives(rig: Rig, kind: keyof typeof KINDS) {
  const { order, keys } = KINDS[kind];
  const { server, settings, table } = await setupMaxCompute(order);
  const topic = await rig.createTopic(1);
  const name = uniqueName(kind);
  const file = await rig.connectorFile(name, {
    'connector.class': 'maxcompute-sink',
    topics: topic,
    'batch.size': String(BATCH),
    'linger.ms': '200',
    ...settings,
    ...keys,
  });
  return {
    server,
    name,
    file,
    /** Sends records number `from` to `to`, exclusive. */
    produce: (from: number, to: number) =>
      rig.produce(
        topic,
        0,
        Array.from({ length: to - from }, (_, i) => recordOf(`k${(from + i) % BATCH}`, `v${from + i}`, AT)),
      ),
    /** Orders a fault and resolves when it has befallen a request. */
    untilBefallen: async (fault: FaultOrder) => {
      server.setFault(fault);
      await waitFor(() => server.pendingFaults().length === 0, {
        what: `${JSON.stringify(fault)} to befall a request`,
        timeoutMs: 120_000,
      });
    },
    /** `key=value` of each, sorted. */
    rows: () =>
      server
        .rows(table)
        .map(({ key, value }) => `${key}=${value}`)
        .sort(),
    /** How many sessions were made so far; the first was asked for before there was its partition. */
    sessions: () => {
      const { byOperation, byErrorCode } = server.stats();
      const asked = byOperation[`${kind === 'append' ? 'upload' : 'upsert'}.create`] ?? 0;
      return asked - (byErrorCode['NoSuchPartition'] ?? 0);
    },
    /** What the group committed. */
    committed: async () => {
      const admin = rig.driver.admin();
      const offsets = await admin.committedOffsets(`connect-${name}`, topic);
      await admin.close();
      return offsets.get(0)?.offset;
    },
  };
}
