/** Programs that are measured, each run in a process of its own. */
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type BuiltPrograms, buildPrograms } from '../../helpers/build-programs.ts';

export interface RunOptions {
  /** Flags for node. */
  readonly flags?: readonly string[];
  /** Not a program of ours: it runs with Node's own settings. */
  readonly foreign?: boolean;
}

const SETTINGS = 'v8-settings';

/** As `buildPrograms`, with what `cli/main.ts` begins with beside them: what is measured is what users run. */
export async function buildMeasured<Name extends string>(
  use: string,
  sources: Readonly<Record<Name, string>>,
): Promise<BuiltPrograms<Name>> {
  return await buildPrograms(use, { ...sources, [SETTINGS]: join(import.meta.dirname, '../../../cli/v8-settings.ts') });
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What `program`, one of `buildMeasured`, told at its end.
 *  @throws Error with its standard error when it fails */
export async function runProgram<Told>(
  program: string,
  args: readonly string[],
  { flags = [], foreign = false }: RunOptions = {},
): Promise<Told> {
  const ours = foreign ? [] : ['--import', join(dirname(program), `${SETTINGS}.mjs`)];
  const { stdout } = await promisify(execFile)(process.execPath, [...ours, ...flags, program, ...args], {
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  return JSON.parse(stdout) as Told;
}
