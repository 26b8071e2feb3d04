/** Reads a table with pyodps, a client that nobody here wrote: what it sees is there. */
import { fileURLToPath } from 'node:url';
import type { PythonVenv } from '../foreign/python-venv.ts';
import { runTool } from '../foreign/tool.ts';
import type { RowCells } from './cell-value.ts';

const PROGRAM = fileURLToPath(new URL('../../../test/foreign/python/maxcompute_read.py', import.meta.url));

/** Where to read, and as whom. */
export interface MaxComputeAccess {
  /** Of the service, with its `/api`. */
  readonly endpoint: string;
  readonly project: string;
  readonly accessId: string;
  readonly accessKey: string;
}

/** A row and its partition: `pt=a,ds=b`, or empty. Values are written as the stand-in writes them, see `cell-text.ts`. */
export interface ReadRow {
  readonly partition: string;
  readonly row: RowCells;
}

export interface PyodpsRead {
  /** As the client calls itself. */
  readonly client: string;
  readonly version: string;
  readonly rows: readonly ReadRow[];
}

/** What a program needs to know of the access, in its environment: secrets stand in no command line. */
function accessEnvironment({ endpoint, project, accessId, accessKey }: MaxComputeAccess): Record<string, string> {
  return {
    MAXCOMPUTE_ENDPOINT: endpoint,
    MAXCOMPUTE_PROJECT: project,
    MAXCOMPUTE_ACCESS_ID: accessId,
    MAXCOMPUTE_ACCESS_KEY: accessKey,
    PYTHONIOENCODING: 'utf-8',
    // A proxy of the machine's own must not come between a client and the stand-in.
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
  };
}

/** Reads these partitions of a table, all of them when none is named, by download sessions: pyodps checks the checksums of every row.
 *  @throws ToolError when pyodps refuses what it gets */
export async function readByPyodps(
  { python }: PythonVenv,
  access: MaxComputeAccess,
  table: string,
  partitions: readonly string[] = [],
): Promise<PyodpsRead> {
  const output = await runTool(python, ['-B', PROGRAM, table, ...partitions], { env: accessEnvironment(access) });
  const [first = '{}', ...lines] = output.split('\n').filter((line) => line !== '');
  const { client, version } = JSON.parse(first) as Partial<PyodpsRead>;
  if (client === undefined || version === undefined) throw new Error(`${PROGRAM} did not say which client it is`);
  return { client, version, rows: lines.map((line) => JSON.parse(line) as ReadRow) };
}
