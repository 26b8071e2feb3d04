/** Runs a program that is measured, in a process of its own. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface RunOptions {
  /** Flags for node. */
  readonly flags?: readonly string[];
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What `program` told at its end.
 *  @throws Error with its standard error when it fails */
export async function runProgram<Told>(
  program: string,
  args: readonly string[],
  { flags = [] }: RunOptions = {},
): Promise<Told> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, ...args], {
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  return JSON.parse(stdout) as Told;
}
