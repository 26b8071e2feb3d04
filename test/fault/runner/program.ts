/** The programs of the run. */
import { buildPrograms } from '../../helpers/build-programs.ts';
import type { Closing } from './closing.ts';

export interface Programs {
  /** The CLI. */
  readonly spillway: string;
  readonly ossProcess: string;
  readonly maxcomputeProcess: string;
  readonly functionProcess: string;
  readonly fcProcess: string;
  /** Loaded before the CLI: moves its clock. */
  readonly movedClock: string;
}

/** @throws Error of esbuild when the sources do not compile */
export async function builtPrograms(closing: Closing): Promise<Programs> {
  const { paths, remove } = await buildPrograms('faults', {
    spillway: 'cli/main.ts',
    ossProcess: 'test/fault/runner/oss-process.ts',
    maxcomputeProcess: 'test/fault/runner/maxcompute-process.ts',
    functionProcess: 'test/fault/runner/function-process.ts',
    fcProcess: 'test/fault/runner/fc-process.ts',
    movedClock: 'test/fault/runner/moved-clock.ts',
  });
  closing.push(remove);
  return paths;
}
