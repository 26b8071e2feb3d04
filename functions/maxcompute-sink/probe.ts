/** Looks at a table as the sink would use it. Nothing is written or created. */
import { FatalError, RetriableError, toError } from '../../shared/errors.ts';
import { loadCrc32c } from '../../shared/kafka/wire/crc32c.ts';
import { classify } from './classify.ts';
import type { MaxComputeConfig } from './config.ts';
import { createOdpsClient, type MaxComputeDeps } from './create.ts';
import { tellsRecordsApart } from './session-lookup.ts';
import { modeOf, type TableMode } from './table-mode.ts';
import { TableRows } from './table-rows.ts';
import type { TableClient } from './table-target.ts';
import { OdpsError } from './tunnel/odps-error.ts';
import type { TableInfo } from './tunnel/table-info.ts';

/** What came of a step. `message` says what was wrong and, after the last `; `, what to do. */
export type MaxComputeProbeStep<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface MaxComputeProbe {
  /** The table was asked for: what it has, as a sentence fragment. When it failed, the steps after it are absent. */
  readonly table: MaxComputeProbeStep<{ readonly columns: number; readonly partitionColumns: readonly string[] }>;
  /** Whether the tunnel, to which rows are uploaded, takes requests from here. */
  readonly tunnel?: MaxComputeProbeStep<undefined>;
  /** Whether rows of this configuration fit it, and how they would get into it. */
  readonly fits?: MaxComputeProbeStep<TableMode>;
  /** Whether its columns say which record a row was; without that the guarantee is at least once. */
  readonly tellsRecordsApart?: boolean;
}

/** Asks for the table, with the sink's own client and credentials. Never throws for what the service, the network or the credentials do.
 *  @param signal bounds all of it */
export async function probeMaxCompute(
  config: MaxComputeConfig,
  deps: Pick<MaxComputeDeps, 'clock' | 'random' | 'secrets' | 'role'>,
  signal: AbortSignal,
): Promise<MaxComputeProbe> {
  const client = createOdpsClient(config, deps);
  try {
    return await probed(client, config, deps, signal);
  } finally {
    await client.close();
  }
}

async function probed(
  client: TableClient,
  config: MaxComputeConfig,
  { clock }: Pick<MaxComputeDeps, 'clock'>,
  signal: AbortSignal,
): Promise<MaxComputeProbe> {
  const found = await step(() => client.table(config['maxcompute.table'], { signal }));
  if (!found.ok) return { table: found };
  const info: TableInfo = found.value;
  const fits = await step(async () => {
    new TableRows(config, loadCrc32c, clock).formatOf(info);
    return modeOf(config, info);
  });
  const tunnel = await askTunnel(client, config['maxcompute.table'], signal);
  return {
    tunnel,
    table: {
      ok: true,
      value: { columns: info.columns.length, partitionColumns: info.partitionKeys.map(({ name }) => name) },
    },
    fits,
    tellsRecordsApart: tellsRecordsApart(info),
  };
}

/** What the tunnel says where nobody could get through to it, or may not. Any other refusal is its own. */
const NOT_THROUGH: ReadonlySet<string> = new Set([
  'MAXCOMPUTE_UNREACHABLE',
  'MAXCOMPUTE_TIMEOUT',
  'MAXCOMPUTE_NOT_TRUSTED',
  'MAXCOMPUTE_WRONG_ADDRESS',
  'MAXCOMPUTE_ANSWER_DOUBTFUL',
  'MAXCOMPUTE_CREDENTIALS_REFUSED',
  'MAXCOMPUTE_CREDENTIALS_MISSING',
  'MAXCOMPUTE_CLOCK_SKEWED',
  'MAXCOMPUTE_ACCESS_DENIED',
]);

/** Asks for a session that nobody has: there is no smaller question to the tunnel that leaves nothing behind. */
async function askTunnel(
  client: TableClient,
  table: string,
  signal: AbortSignal,
): Promise<MaxComputeProbeStep<undefined>> {
  const answer = await step(() => client.openUpload(table, undefined, 'of-doctor', { signal }));
  return answer.ok || !NOT_THROUGH.has(answer.code) ? { ok: true, value: undefined } : answer;
}

async function step<T>(work: () => Promise<T>): Promise<MaxComputeProbeStep<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (thrown) {
    const error = thrown instanceof OdpsError ? classify(thrown) : thrown;
    const { message } = toError(error);
    const code = error instanceof FatalError || error instanceof RetriableError ? error.code : 'UNCLASSIFIED';
    return { ok: false, code, message };
  }
}
