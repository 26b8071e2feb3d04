/** Runs a program of `test/foreign` and reads what it prints; the README there says how the two talk. */

import { runTool } from '../../../infra/local/foreign/tool.ts';
import type { StepResult, StepResults } from './oss-scenario.ts';

/** Many times what a client takes for its steps on a busy machine: one that goes round in circles ends, and says where it was. */
const LIMIT_MS = 300_000;

/** How to start a program: the arguments before `scenario` or `read-back`. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** Where the stand-in is, and who may use it. */
export interface OssTarget {
  readonly endpoint: string;
  /** A stand-in of its own, with the same bucket and keys, whose clock is an hour ahead. */
  readonly skewedEndpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** A bucket for which clients may turn versioning on. */
  readonly versionedBucket: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly temporary: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken: string;
  };
}

export interface ProgramOutput {
  /** As the client calls itself. */
  readonly name: string;
  readonly version: string;
  readonly lines: readonly StepResult[];
}

/** Runs a program to its end. Secrets travel in the environment, which other users of the machine cannot read.
 *  @throws ToolError when it fails, Error when it prints no client first */
export function runProgram(
  program: Program,
  args: readonly string[],
  target: OssTarget,
  prefix: string,
): Promise<ProgramOutput> {
  return runClient(program, args, {
    OSS_ENDPOINT: target.endpoint,
    OSS_SKEWED_ENDPOINT: target.skewedEndpoint,
    OSS_VERSIONED_BUCKET: target.versionedBucket,
    OSS_REGION: target.region,
    OSS_BUCKET: target.bucket,
    OSS_KEY_ID: target.accessKeyId,
    OSS_KEY_SECRET: target.accessKeySecret,
    OSS_STS_KEY_ID: target.temporary.accessKeyId,
    OSS_STS_KEY_SECRET: target.temporary.accessKeySecret,
    OSS_STS_TOKEN: target.temporary.securityToken,
    OSS_PREFIX: prefix,
  });
}

/** Runs a program of any target to its end; `target` is what it is told in its environment.
 *  @throws ToolError when it fails, Error when it prints no client first */
export async function runClient(
  program: Program,
  args: readonly string[],
  target: Readonly<Record<string, string>>,
): Promise<ProgramOutput> {
  const env = {
    ...target,
    PYTHONIOENCODING: 'utf-8',
    // A proxy of the machine's own must not come between a client and the stand-in.
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
  };
  const output = await runTool(program.command, [...program.args, ...args], { env, limitMs: LIMIT_MS });
  const parsed = output.split('\n').filter((line) => line !== '');
  const [first, ...lines] = parsed.map((line) => JSON.parse(line) as StepResult);
  const { client, version } = first ?? {};
  if (typeof client !== 'string' || typeof version !== 'string') {
    throw new Error(`${program.command} did not say which client it is, but: ${output.slice(0, 200)}`);
  }
  return { name: client, version, lines };
}

/** The steps of one variant, in order. */
export function stepsOf({ lines }: ProgramOutput, variant: string): StepResults {
  return lines
    .filter((line) => line['variant'] === variant)
    .map(({ variant: _, step, ...result }) => [String(step), result] as const);
}
