/** A Python with the clients of `test/foreign/python/requirements.txt`, made once per machine. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached } from '../kafka/cache-folder.ts';
import { foreignFolder, type Missing, runTool, ToolError } from './tool.ts';

const REQUIREMENTS = fileURLToPath(new URL('../../../test/foreign/python/requirements.txt', import.meta.url));
const VERSIONS = 'versions.json';

/** Prints the installed version of each package named. */
const ASK_VERSIONS =
  'import json,sys;from importlib.metadata import version;print(json.dumps({n:version(n) for n in sys.argv[1:]}))';

export interface PythonVenv {
  /** The interpreter that has the packages. */
  readonly python: string;
  /** Version by package as installed, and Python's own under `python`. */
  readonly versions: Readonly<Record<string, string>>;
}

/** The names in a requirements file; `a==1` pins only.
 *  @throws Error on a line that pins nothing */
export function pinnedPackages(requirements: string): string[] {
  const lines = requirements.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const name = /^([A-Za-z0-9._-]+)==[0-9][0-9.]*$/.exec(line)?.[1];
    if (name === undefined) throw new Error(`requirements: '${line}' is no exact pin, expected name==version`);
    return name;
  });
}

async function make(folder: string, pythonVersion: string, packages: readonly string[]): Promise<void> {
  await runTool('python3', ['-m', 'venv', folder]);
  const python = join(folder, 'bin', 'python');
  await runTool(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  const versions = JSON.parse(await runTool(python, ['-c', ASK_VERSIONS, ...packages])) as Record<string, string>;
  await writeFile(join(folder, VERSIONS), JSON.stringify({ ...versions, python: pythonVersion }));
}

/** The Python clients, or why they cannot be had here. Safe to call from several processes at once.
 *  Call the interpreter as `python -m …` only: its folder was renamed after the scripts in it were written. */
export async function pythonVenv(): Promise<PythonVenv | Missing> {
  const requirements = await readFile(REQUIREMENTS, 'utf8');
  const packages = pinnedPackages(requirements);
  try {
    const python = (
      await runTool('python3', ['-c', 'import sys;print(sys.version.split()[0], sys.executable)'])
    ).trim();
    const folder = await cached(foreignFolder('python', requirements, python), (temporary) =>
      make(temporary, python.split(' ')[0] ?? '', packages),
    );
    const versions = JSON.parse(await readFile(join(folder, VERSIONS), 'utf8')) as Record<string, string>;
    return { python: join(folder, 'bin', 'python'), versions };
  } catch (error) {
    if (error instanceof ToolError) return { missing: error.message };
    throw error;
  }
}
