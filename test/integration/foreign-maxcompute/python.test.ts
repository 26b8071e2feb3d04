import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { pythonVenv } from '../../../infra/local/foreign/python-venv.ts';
import { readByPyodps } from '../../../infra/local/maxcompute/read-by-pyodps.ts';
import { announceForeignClient } from '../../helpers/foreign/announce.ts';
import { describeForeign } from '../../helpers/foreign/describe-foreign.ts';
import { MAXCOMPUTE_EXPECTED } from '../../helpers/foreign/maxcompute-scenario.ts';
import { PYTHON_READ_ROWS, PYTHON_ROWS } from '../../helpers/foreign/maxcompute-values.ts';
import { MAXCOMPUTE_KEYS } from '../../helpers/maxcompute.ts';
import { describeClient } from './describe-client.ts';
import { standInForFile } from './stand-in.ts';

const PROGRAM = fileURLToPath(new URL('../../foreign/python/maxcompute.py', import.meta.url));

// A statement takes a while, and clients must wait for it.
const standIn = standInForFile({ sqlPolls: 1 });

describeForeign('Python client of MaxCompute', await pythonVenv(), (venv) => {
  const version = venv.versions['pyodps'] ?? '(not installed)';
  const steps = Object.keys(MAXCOMPUTE_EXPECTED).toSpliced(
    Object.keys(MAXCOMPUTE_EXPECTED).indexOf('upload-to-keyed') + 1,
    0,
    'types',
  );
  const program = { command: venv.python, args: ['-B', PROGRAM] };
  const differently = { types: { rows: PYTHON_READ_ROWS } };
  const typesTable = (variant: string) => `py_${variant}_types`;
  describeClient({ name: 'pyodps', version, program, steps, differently, typesTable, rows: PYTHON_ROWS }, standIn);

  it('prints a table for whoever wants to compare it, all of its partitions or one', async () => {
    const { server } = standIn();
    server.runSql(`CREATE TABLE printed (id BIGINT) PARTITIONED BY (ds STRING, hh BIGINT);`);
    server.runSql(`ALTER TABLE printed ADD PARTITION (ds='2026-01-01', hh='7') PARTITION (ds='2026-01-01', hh='8');`);
    const { endpoint, project } = server;
    const access = { endpoint, project, ...MAXCOMPUTE_KEYS };
    const all = await readByPyodps(venv, access, 'py_v2_types');
    announceForeignClient(all.client, all.version);
    expect(all.rows).toEqual(PYTHON_READ_ROWS.map((row) => ({ partition: '', row })));
    expect((await readByPyodps(venv, access, 'printed')).rows).toEqual([]);
    expect((await readByPyodps(venv, access, 'printed', ['ds=2026-01-01,hh=8'])).rows).toEqual([]);
    await expect(readByPyodps(venv, access, 'nowhere')).rejects.toThrow('ODPS-0130131');
  });
});
