import { onTestFinished } from 'vitest';
import type { ColumnValue } from '../../../functions/maxcompute-sink/tunnel/column-value.ts';
import { OdpsClient, type OdpsClientOptions } from '../../../functions/maxcompute-sink/tunnel/odps-client.ts';
import { RowEncoder } from '../../../functions/maxcompute-sink/tunnel/row-encoder.ts';
import type { Column } from '../../../functions/maxcompute-sink/tunnel/table-schema.ts';
import { systemClock } from '../../../shared/clock.ts';
import { loadCrc32c } from '../../../shared/kafka/wire/crc32c.ts';
import { MAXCOMPUTE_KEYS, type MaxComputeOrder, setupMaxCompute } from '../../helpers/maxcompute.ts';

/** A table with a partition, and two columns of a row. */
const SMALL_TABLE = '(id BIGINT, name STRING) PARTITIONED BY (pt STRING)';
export const PT = [{ name: 'pt', value: '11-17-2020 15:30 a+b#1' }];
export const PT_TEXT = 'pt=11-17-2020 15:30 a+b#1';

/** A tunnel and a client of it. Waits are noted, and take no time. */
export async function setup(order: MaxComputeOrder = {}, options: Partial<OdpsClientOptions> = {}) {
  const started = await setupMaxCompute({ columns: SMALL_TABLE, ...order });
  const { server, table } = started;
  const slept: number[] = [];
  const { signal } = new AbortController();
  const clientOf = (more: Partial<OdpsClientOptions> = {}) => {
    const client = new OdpsClient({
      endpoint: server.endpoint,
      project: server.project,
      credentials: async () => ({
        accessKeyId: MAXCOMPUTE_KEYS.accessId,
        accessKeySecret: MAXCOMPUTE_KEYS.accessKey,
      }),
      clock: {
        ...systemClock,
        sleep: async (ms) => {
          slept.push(ms);
        },
      },
      random: () => 0.5,
      retry: 'table',
      ...options,
      ...more,
    });
    onTestFinished(() => client.close());
    return client;
  };
  const rows = () => server.rows(table);
  return { ...started, client: clientOf(), clientOf, rows, slept, signal, call: { signal } };
}

/** A block of these rows, each its values in the order of the columns. */
export async function block(columns: readonly Column[], ...rows: readonly (readonly ColumnValue[])[]): Promise<Buffer> {
  const encoder = new RowEncoder(columns, await loadCrc32c());
  for (const row of rows) {
    for (const [column, value] of row.entries()) encoder.value(column, value);
    encoder.endRow();
  }
  return encoder.finish();
}
