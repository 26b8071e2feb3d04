/** Runs a program that is measured, in a process of its own. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface RunOptions {
  /** Flags for node. */
  readonly flags?: readonly string[];
  /** Not a program of ours: it runs with Node's own settings. */
  readonly foreign?: boolean;
}

/** As `cli/main.ts` begins: what is measured is what users run. */
const PRODUCT_FLAGS: readonly string[] = [
  '--import',
  'data:text/javascript,import{setFlagsFromString}from"node:v8";setFlagsFromString("--semi-space-growth-factor=1")',
];

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What `program` told at its end.
 *  @throws Error with its standard error when it fails */
export async function runProgram<Told>(
  program: string,
  args: readonly string[],
  { flags = [], foreign = false }: RunOptions = {},
): Promise<Told> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...(foreign ? [] : PRODUCT_FLAGS), ...flags, program, ...args],
    {
      maxBuffer: MAX_OUTPUT_BYTES,
    },
  );
  return JSON.parse(stdout) as Told;
}
