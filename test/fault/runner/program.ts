/** Programs of the run as single files, made from the sources as they are now: what changes in them later does not change the run. */
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Closing } from './closing.ts';

export interface Programs {
  /** The CLI. */
  readonly spillway: string;
  readonly ossProcess: string;
  readonly functionProcess: string;
  /** Loaded before the CLI: moves its clock. */
  readonly movedClock: string;
}

/** Below `node_modules`, so that packages are found from there. */
const FOLDER = resolve('node_modules', '.cache', 'spillway-faults');

/** @throws Error of esbuild when the sources do not compile */
export async function buildPrograms(closing: Closing): Promise<Programs> {
  const outdir = join(FOLDER, String(process.pid));
  await mkdir(outdir, { recursive: true });
  closing.push(() => rm(outdir, { recursive: true, force: true }));
  await build({
    entryPoints: {
      spillway: 'cli/main.ts',
      'oss-process': 'test/fault/runner/oss-process.ts',
      'function-process': 'test/fault/runner/function-process.ts',
      'moved-clock': 'test/fault/runner/moved-clock.ts',
    },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  return {
    spillway: join(outdir, 'spillway.mjs'),
    ossProcess: join(outdir, 'oss-process.mjs'),
    functionProcess: join(outdir, 'function-process.mjs'),
    movedClock: join(outdir, 'moved-clock.mjs'),
  };
}
