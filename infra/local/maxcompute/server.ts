/** A stand-in for MaxCompute on this machine: the service endpoint and the tunnel endpoint, as strict as those, with rows in a folder and faults
 *  to order.
 *
 *  Where it differs: one account and one project; no permissions, views, external tables. Of SQL it runs what `sql/sql-statement.ts` has. It compresses by
 *  `deflate` and `zstd` only, and takes no Arrow. Stricter than the service: STRING must be UTF-8 and JSON must be JSON; a row in a wrong bucket
 *  is refused; new types need their switches, as in a project of the first type edition. Where the service's status of an error is not documented, it
 *  is a guess: clients go by the code. Keyed tables keep no history. Nothing is deleted when its life cycle is over. */
import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { type Logger, silentLogger } from '../../../shared/logger.ts';
import { answerAdmin, isAdminRequest } from './admin.ts';
import type { MaxComputeCredential } from './authenticate.ts';
import { Catalog } from './catalog.ts';
import type { RowCells } from './cell-value.ts';
import { controlsOf, type MaxComputeControls } from './controls.ts';
import { type FaultOrder, Faults } from './faults.ts';
import { handleRequest } from './handle-request.ts';
import { Instances } from './instances.ts';
import { QuotaMeter, type Quotas, SERVICE_QUOTAS } from './quotas.ts';
import { readRows } from './read-rows.ts';
import type { MaxComputeService } from './service.ts';
import { rowsName } from './session.ts';
import { SessionStore } from './session-store.ts';
import { Slots } from './slots.ts';
import { type Hints, runSql } from './sql/run-sql.ts';
import { Stats } from './stats.ts';

export type { MaxComputeCredential } from './authenticate.ts';
export type { RowCells } from './cell-value.ts';
export type { FaultOrder } from './faults.ts';

/** How to start a stand-in. */
export interface MaxComputeServerOptions {
  /** Folder for tables, made when missing. What lies there from before is served again, sessions that were open too. */
  readonly dir: string;
  /** A free one when absent. */
  readonly port?: number;
  /** `local_project` by default. */
  readonly project?: string;
  readonly credentials: readonly MaxComputeCredential[];
  /** Region of the endpoint, for signatures of version 4; `cn-hangzhou` by default. */
  readonly region?: string;
  /** Epoch ms; the machine's clock by default. */
  readonly clock?: () => number;
  /** Limits of a table; the service's own by default. */
  readonly quotas?: Partial<Quotas>;
  /** Most bytes of a string or binary; the service's 8 MiB by default. */
  readonly maxFieldBytes?: number;
  /** How many slots stream and upsert sessions have; 2 by default. */
  readonly slots?: number;
  /** How long a commit takes; no time by default. */
  readonly commitMs?: number;
  /** How often a statement says that it is running before it is done; never by default. */
  readonly sqlPolls?: number;
  /** What upload sessions hear that are older than the table's columns: nothing (`tolerate`, the default: new columns are NULL), or 412
   *  `SchemaModified`. */
  readonly onOldSchema?: 'tolerate' | 'refuse';
  readonly logger?: Logger;
}

/** A running stand-in. */
export interface MaxComputeServer extends Omit<MaxComputeControls, 'setFault'> {
  /** Of the service: `http://127.0.0.1:PORT/api`. */
  readonly endpoint: string;
  /** `http://127.0.0.1:PORT`. */
  readonly tunnelEndpoint: string;
  readonly port: number;
  readonly project: string;
  readonly region: string;
  /** Orders a fault for the next matching requests; orders add up.
   *  @throws Error when the order is not a fault */
  setFault(fault: FaultOrder): void;
  /** From now on these keys may sign, and no others. */
  setCredentials(credentials: readonly MaxComputeCredential[]): void;
  /** Runs a statement without a client. All types are switched on.
   *  @throws SqlError in the service's words */
  runSql(statement: string, hints?: Hints): string;
  /** See `readRows`. */
  rows(table: string, partition?: string): RowCells[];
  /** Ends all connections, hanging ones too, and stops listening. */
  close(): Promise<void>;
}

const ALL_TYPES: Hints = { 'odps.sql.type.system.odps2': 'true', 'odps.sql.type.json.enable': 'true' };
const MAX_FIELD_BYTES = 8 * 1024 * 1024;
const IDLE_CONNECTION_MS = 60_000;

/** Commits that were under way when the stand-in ended: done if the rows lie in the partition, else still to do. */
function settleCommits({ catalog, sessions }: Pick<MaxComputeService, 'catalog' | 'sessions'>): void {
  const tables = new Map(catalog.all().map((table) => [table.definition.id, table]));
  for (const session of sessions.all()) {
    if (session.status !== 'committing') continue;
    const folder = tables.get(session.tableId)?.partitionFolder(session.spec);
    const isDone = folder !== undefined && existsSync(join(folder, `${rowsName(session)}.jsonl`));
    if (isDone) session.status = session.kind === 'upsert' ? 'committed' : 'closed';
    else session.status = 'normal';
    sessions.save(session);
  }
}

/** Starts the stand-in on 127.0.0.1. Resolves when it listens.
 *  @throws Error when the port is taken, or the folder cannot be written */
export async function startMaxCompute(options: MaxComputeServerOptions): Promise<MaxComputeServer> {
  const { project = 'local_project', region = 'cn-hangzhou', clock = Date.now, logger = silentLogger } = options;
  const dir = resolve(options.dir);
  const catalog = new Catalog(join(dir, project));
  const sessions = new SessionStore(join(dir, project), clock);
  settleCommits({ catalog, sessions });
  const slots = new Slots(options.slots ?? 2);
  const faults = new Faults();
  const stats = new Stats();
  const controls = controlsOf(faults, stats, sessions, slots);
  const closing = new AbortController();
  // Every delayed or hanging request listens to it.
  setMaxListeners(0, closing.signal);
  let credentials = options.credentials;

  // A large block may take longer than node's default of five minutes.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: IDLE_CONNECTION_MS });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(options.port ?? 0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in listens on no TCP port');
  const authority = `127.0.0.1:${address.port}`;
  const service: MaxComputeService = {
    ...{ project, authority, catalog, sessions, slots, clock },
    instances: new Instances(),
    quotas: new QuotaMeter({ ...SERVICE_QUOTAS, ...options.quotas }, clock),
    maxFieldBytes: options.maxFieldBytes ?? MAX_FIELD_BYTES,
    commitMs: options.commitMs ?? 0,
    sqlPolls: options.sqlPolls ?? 0,
    onOldSchema: options.onOldSchema ?? 'tolerate',
    closing: closing.signal,
  };
  const runStatement: MaxComputeServer['runSql'] = (statement, hints = {}) =>
    runSql(statement, { catalog, project, now: clock(), hints: { ...ALL_TYPES, ...hints } });
  const admin = { ...controls, runSql: (statement: string) => runStatement(statement) };
  const handling = { service, region, credentials: () => credentials, faults, stats, logger };
  server.on('request', (message, response) => {
    if (isAdminRequest(message)) void answerAdmin(message, response, admin);
    else void handleRequest(message, response, handling);
  });
  logger.info({ port: address.port, dir, project }, 'MaxCompute stand-in listens');
  return {
    ...controls,
    endpoint: `http://${authority}/api`,
    tunnelEndpoint: `http://${authority}`,
    port: address.port,
    project,
    region,
    setFault: (fault) => {
      faults.add(fault);
    },
    setCredentials: (next) => {
      credentials = next;
    },
    runSql: runStatement,
    rows: (table, partition) => readRows(dir, project, table, partition),
    close: () =>
      new Promise<void>((done) => {
        closing.abort();
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
