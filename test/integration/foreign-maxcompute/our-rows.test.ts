import { expect, it } from 'vitest';
import { pythonVenv } from '../../../infra/local/foreign/python-venv.ts';
import { readByPyodps } from '../../../infra/local/maxcompute/read-by-pyodps.ts';
import { announceForeignClient } from '../../helpers/foreign/announce.ts';
import { describeForeign } from '../../helpers/foreign/describe-foreign.ts';
import { MAXCOMPUTE_KEYS } from '../../helpers/maxcompute.ts';
import { EXTREMES } from '../../helpers/maxcompute-extremes.ts';
import { block, setup } from '../maxcompute-tunnel/setup.ts';

/** Python begins with the year 1, and pyodps reads timestamps as those of pandas, which end in 2262. */
function isBeyondPython(type: string, shown: unknown): boolean {
  return typeof shown === 'string' && (shown.startsWith('0000-') || (type === 'TIMESTAMP' && shown > '2263'));
}

describeForeign('rows that we wrote, read by pyodps', await pythonVenv(), (venv) => {
  it('hold every type of a column, its extremes and null too', async () => {
    const columns = EXTREMES.map(([type], column) => `c${column} ${type}`);
    const { client, server, table, call } = await setup({ columns: `(${columns.join(', ')})` });
    const session = await client.createUpload(table, undefined, call);
    // One row more than the most values of a type: all of its columns are NULL.
    const count = 1 + Math.max(...EXTREMES.map(([, values]) => values.length));
    const cells = Array.from({ length: count }, (_, row) =>
      EXTREMES.map(([type, values]) => values.filter(([, shown]) => !isBeyondPython(type, shown))[row]),
    );
    const sent = cells.map((row) => row.map((cell) => cell?.[0] ?? null));
    await session.uploadBlock(0, await block(session.schema.columns, ...sent), call);
    await session.commit(call);
    const { endpoint, project } = server;
    const read = await readByPyodps(venv, { endpoint, project, ...MAXCOMPUTE_KEYS }, table);
    announceForeignClient(read.client, read.version);
    expect(read.rows.map(({ row }) => row)).toEqual(
      cells.map((row) => Object.fromEntries(row.map((cell, column) => [`c${column}`, cell?.[1] ?? null]))),
    );
  });
});
