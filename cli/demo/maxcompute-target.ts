/** The demo's rows in a MaxCompute stand-in on this machine, read back by pyodps, which is not ours. */
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import pc from 'picocolors';
import { pythonVenv } from '../../infra/local/foreign/python-venv.ts';
import { isMissing } from '../../infra/local/foreign/tool.ts';
import { type ReadRow, readByPyodps } from '../../infra/local/maxcompute/read-by-pyodps.ts';
import { startMaxCompute } from '../../infra/local/maxcompute/server.ts';
import { LOCAL_MAXCOMPUTE_CREDENTIALS } from '../commands/local.ts';
import { type DemoRecord, demoRecords } from './orders.ts';
import { sentRecords, textOf } from './sent-records.ts';
import type { DemoNames, DemoTarget } from './target.ts';

const ORDERS = 3_000;
const INVOKE_MAX_BYTES = 65_536;
/** An oversized one, and one that is not UTF-8. */
const ERRANT = 2;
const TABLE = 'demo_orders';
const COLUMNS =
  '(topic STRING, `partition` BIGINT, `offset` BIGINT, key STRING, value STRING, insert_time BIGINT) PARTITIONED BY (pt STRING)';
const SHOWN_ROWS = 3;

const DAY_MS = 86_400_000;
/** Of Asia/Shanghai, all year. */
const SHANGHAI_AHEAD_MS = 8 * 3_600_000;
/** Half of the orders lie before midnight, 20 ms from one to the next. */
const PAST_MIDNIGHT_MS = ORDERS * 10;

export async function maxcomputeTarget({ folder, topic, partitions }: DemoNames): Promise<DemoTarget> {
  const venv = await pythonVenv();
  if (isMissing(venv)) {
    throw new Error(
      `the rows are read back by pyodps, for which Python 3 with venv and pip is needed: ${venv.missing}. Install it (Debian: apt install python3-venv) and run the demo again`,
    );
  }
  const dir = join(folder, 'maxcompute');
  const secrets = join(folder, 'secrets.properties');
  const maxcompute = await startMaxCompute({ dir, credentials: [LOCAL_MAXCOMPUTE_CREDENTIALS] });
  maxcompute.runSql(`CREATE TABLE ${TABLE} ${COLUMNS};`);
  await writeFile(secrets, `maxcompute.access.key=${LOCAL_MAXCOMPUTE_CREDENTIALS.accessKey}\n`);
  const midnight = Math.floor((Date.now() + SHANGHAI_AHEAD_MS) / DAY_MS) * DAY_MS - SHANGHAI_AHEAD_MS;
  const records = demoRecords(ORDERS, partitions, INVOKE_MAX_BYTES + 1_000, midnight + PAST_MIDNIGHT_MS);
  const { endpoint, project } = maxcompute;
  return {
    place: `MaxCompute stand-in at ${endpoint}, rows in ${relative('.', dir)}`,
    oddities: '4 of them odd (tombstone, no key, oversize, not UTF-8), from both sides of midnight in Asia/Shanghai',
    records,
    keys: {
      'connector.class': 'maxcompute-sink',
      'invoke.max.bytes': String(INVOKE_MAX_BYTES),
      'batch.bytes': String(INVOKE_MAX_BYTES),
      'maxcompute.endpoint': endpoint,
      'maxcompute.project': project,
      'maxcompute.table': TABLE,
      'maxcompute.access.id': LOCAL_MAXCOMPUTE_CREDENTIALS.accessId,
      'maxcompute.access.key': `\${file:${secrets}:maxcompute.access.key}`,
      'maxcompute.partition.window': 'DAY',
      'maxcompute.time.zone': 'Asia/Shanghai',
    },
    inspect: async ({ written, inErrorTopic }) => {
      const { rows, client, version } = await readByPyodps(
        venv,
        { endpoint, project, ...LOCAL_MAXCOMPUTE_CREDENTIALS },
        TABLE,
      );
      const right = countRight(rows, records, topic);
      const perDay = [...new Set(rows.map(({ partition }) => partition))].map(
        (day) => `${day}: ${rows.filter(({ partition }) => partition === day).length} rows`,
      );
      const text = [
        `Read back by ${client} ${version}: ${perDay.join(', ')}. ${right} rows are what was sent, in the partition of their record's day.`,
        ...rows.slice(0, SHOWN_ROWS).map((row) => pc.dim(`  ${JSON.stringify(row)}`)),
      ].join('\n');
      const isRight = right === written && rows.length === written && inErrorTopic === ERRANT && perDay.length === 2;
      return { columns: [['rows (pyodps)', rows.length]], text, isRight };
    },
    close: () => maxcompute.close(),
  };
}

/** Rows that hold the record of their place, byte for byte, in the partition of its day; each record counts once. */
function countRight(rows: readonly ReadRow[], records: readonly DemoRecord[], topic: string): number {
  const sent = sentRecords(records);
  let right = 0;
  for (const { partition: day, row } of rows) {
    const place = `${row['partition']}/${row['offset']}`;
    const record = sent.get(place);
    if (record === undefined) continue;
    const isSame =
      row['topic'] === topic &&
      row['key'] === textOf(record.key) &&
      row['value'] === textOf(record.value) &&
      day === dayOf(record.timestamp ?? 0);
    if (isSame) right++;
    sent.delete(place);
  }
  return right;
}

/** `pt=11-17-2020`, as the managed connector writes it. */
function dayOf(epochMs: number): string {
  const [year, month, day] = new Date(epochMs + SHANGHAI_AHEAD_MS).toISOString().slice(0, 10).split('-');
  return `pt=${month}-${day}-${year}`;
}
