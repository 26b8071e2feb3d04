/** The Go program of `test/foreign/go`, built once per machine. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foreignFolder, type Missing, runTool, ToolError } from '../../../infra/local/foreign/tool.ts';
import { cached } from '../../../infra/local/kafka/cache-folder.ts';

const SOURCE = fileURLToPath(new URL('../../foreign/go/', import.meta.url));
const PROGRAM = 'oss';

/** No toolchain other than the one that is there, no C compiler, and no dependency that go.sum does not know. */
const ENV = { GOTOOLCHAIN: 'local', CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOWORK: 'off' };

/** Path of the program, or why it cannot be had here: no Go, or no way to its modules.
 *  @throws ToolError when it does not compile */
export async function goProgram(): Promise<{ readonly program: string } | Missing> {
  const options = { cwd: SOURCE, env: ENV };
  const sources = await Promise.all((await readdir(SOURCE)).sort().map((name) => readFile(join(SOURCE, name))));
  try {
    const folder = foreignFolder('go', await runTool('go', ['version'], options), ...sources);
    const built = await cached(folder, async (temporary) => {
      await runTool('go', ['mod', 'download'], options);
      await mkdir(temporary);
      await compile(join(temporary, PROGRAM));
    });
    return { program: join(built, PROGRAM) };
  } catch (error) {
    if (error instanceof ToolError) return { missing: error.message };
    throw error;
  }

  async function compile(target: string): Promise<void> {
    try {
      await runTool('go', ['build', '-trimpath', '-o', target, '.'], options);
    } catch (error) {
      throw new Error('the Go program of test/foreign/go does not compile', { cause: error });
    }
  }
}
