/** A table of MaxCompute, as the sink would find it. */
import type { MaxComputeConfig } from '../../functions/maxcompute-sink/config.ts';
import type { MaxComputeProbe, MaxComputeProbeStep } from '../../functions/maxcompute-sink/handler.ts';
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import { counted, type Finding, fromError, listed, ok, warning } from './finding.ts';

/** Our codes by what they are about. */
const ABOUT = {
  MAXCOMPUTE_CREDENTIALS_REFUSED: 'maxcompute-credentials',
  MAXCOMPUTE_CREDENTIALS_MISSING: 'maxcompute-credentials',
  MAXCOMPUTE_CLOCK_SKEWED: 'maxcompute-credentials',
  MAXCOMPUTE_ACCESS_DENIED: 'maxcompute-rights',
  MAXCOMPUTE_UNREACHABLE: 'maxcompute-unreachable',
  MAXCOMPUTE_TIMEOUT: 'maxcompute-unreachable',
  MAXCOMPUTE_NOT_TRUSTED: 'maxcompute-unreachable',
  MAXCOMPUTE_WRONG_ADDRESS: 'maxcompute-unreachable',
  MAXCOMPUTE_ANSWER_DOUBTFUL: 'maxcompute-unreachable',
  MAXCOMPUTE_TABLE_MISSING: 'maxcompute-table-missing',
  MAXCOMPUTE_PROJECT_MISSING: 'maxcompute-table-missing',
  MAXCOMPUTE_TABLE_UNFIT: 'maxcompute-table-unfit',
} as const;

/** `guarantee`: of the connector. */
export function checkMaxCompute(
  config: MaxComputeConfig,
  guarantee: ConnectorConfig['delivery.guarantee'],
  { table, tunnel, fits, tellsRecordsApart }: MaxComputeProbe,
): Finding[] {
  const name = config['maxcompute.table'];
  if (!table.ok) {
    const isCreated = config['maxcompute.create.table'] === 'create' && table.code === 'MAXCOMPUTE_TABLE_MISSING';
    if (!isCreated) return [refusal(table)];
    return [ok('maxcompute-table', `there is no table ${name} yet: the sink creates it at its start`)];
  }
  const { columns, partitionColumns } = table.value;
  const partitioned = partitionColumns.length === 0 ? 'no partitions' : `partitions by ${listed(partitionColumns)}`;
  const found = ok('maxcompute-table', `table ${name} is there, with ${counted(columns, 'column')} and ${partitioned}`);
  const reached = tunnel === undefined ? [] : [checkTunnel(tunnel)];
  if (fits === undefined) return [found, ...reached];
  if (!fits.ok) return [found, ...reached, refusal(fits)];
  return [found, ...reached, ...checkMode(name, fits.value, guarantee, tellsRecordsApart === true)];
}

function checkTunnel(tunnel: NonNullable<MaxComputeProbe['tunnel']>): Finding {
  if (tunnel.ok) return ok('maxcompute-tunnel', 'the tunnel, to which rows are uploaded, answers');
  const refused = refusal(tunnel);
  return { ...refused, message: `the tunnel, to which rows are uploaded: ${refused.message}` };
}

type Mode = Extract<NonNullable<MaxComputeProbe['fits']>, { ok: true }>['value'];

function checkMode(
  table: string,
  mode: Mode,
  guarantee: ConnectorConfig['delivery.guarantee'],
  tellsRecordsApart: boolean,
): Finding[] {
  switch (mode) {
    case 'stream':
      return [
        warning(
          'maxcompute-guarantee',
          'maxcompute.write.mode=stream is at least once: after a failure rows may be there twice',
          'set maxcompute.write.mode=append where each row must be there once',
        ),
      ];
    case 'upsert':
      return [ok('maxcompute-mode', `table ${table} has a primary key: rows replace those of their key`)];
    case 'append': {
      const said = ok('maxcompute-mode', `rows are appended to table ${table}, by upload sessions`);
      if (guarantee !== 'exactly-once' || tellsRecordsApart) return [said];
      return [
        said,
        warning(
          'maxcompute-guarantee',
          `table ${table} has no columns topic, partition and offset, so that rows of an upload session that expires (after 24 hours) before it is known to be committed may be there twice: at least once`,
          'add the columns topic STRING, partition BIGINT and offset BIGINT to the table',
        ),
      ];
    }
    default:
      return mode satisfies never;
  }
}

function refusal(failed: Extract<MaxComputeProbeStep<unknown>, { ok: false }>): Finding {
  const code = Object.hasOwn(ABOUT, failed.code) ? ABOUT[failed.code as keyof typeof ABOUT] : 'maxcompute-refused';
  return fromError('problem', code, failed);
}
