/** Makes of each `functions/*` folder one file that a serverless platform can run without `npm install`. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { copyNativePackages, type MissingBinary, NATIVE_PACKAGES } from './native-packages.ts';

/** Oldest runtime that the functions are for. */
const TARGET = 'node20.19';

/** What no bundle holds: native packages, and what a dependency asks for only when a proxy is configured, and is not installed. */
export const NOT_BUNDLED: readonly string[] = [...NATIVE_PACKAGES, 'proxy-agent'];

/** Parts of dependencies that are required and that nothing of ours calls: the HTTP client of ali-oss, in whose place our own is given to it,
 *  and the tables that the Elasticsearch client makes of ES|QL answers. An empty module stands in. */
const NEVER_CALLED = ['urllib', 'apache-arrow/Arrow.node'];

/** Time of every file, so that the same sources give the same archive, which is then not uploaded again. */
const FILE_TIME = new Date('2020-01-01T00:00:00Z');

/** CommonJS dependencies expect these names, which an ES module does not have. */
export const BANNER = `import { createRequire as createRequireOfBundle } from 'node:module';
import { dirname as dirnameOfBundle } from 'node:path';
import { fileURLToPath as fileURLToPathOfBundle } from 'node:url';
const require = createRequireOfBundle(import.meta.url);
const __filename = fileURLToPathOfBundle(import.meta.url);
const __dirname = dirnameOfBundle(__filename);`;

export interface FunctionBundle {
  /** The function's folder name. */
  readonly name: string;
  /** What is deployed: the bundle and its native packages. */
  readonly folder: string;
  /** Path of the bundle: an ES module that exports what the entry file exports. */
  readonly file: string;
  readonly bytes: number;
  /** Binaries that this machine does not have, so that they are not in the folder. */
  readonly missing: readonly MissingBinary[];
}

/** The file that a platform loads. What has none is no function, but a program or a container. */
function entryOf(folder: string): string | undefined {
  const file = join(folder, 'handler.ts');
  return existsSync(file) ? file : undefined;
}

function nativePackagesOf(metafile: Metafile): string[] {
  const imported = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  return NATIVE_PACKAGES.filter((name) => imported.some((path) => path === name || path.startsWith(`${name}/`)));
}

const leaveOut: Plugin = {
  name: 'leave-out',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^.]/ }, ({ path }) =>
      NEVER_CALLED.includes(path) ? { path, namespace: 'empty' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {};' }));
  },
};

async function setFileTimes(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await utimes(join(entry.parentPath, entry.name), FILE_TIME, FILE_TIME);
  }
}

/** Bundles every folder of `functionsDir` that has an entry file to `<outDir>/<name>/index.mjs`, with the native packages it uses in
 *  `node_modules` beside it. The same sources and packages give the same bytes. Names of functions and classes are kept: error-topic
 *  headers and stack traces show them.
 *  @param only names of folders; all of them by default
 *  @throws esbuild's failure, which names file and line */
export async function bundleFunctions(
  root: string,
  functionsDir: string,
  outDir: string,
  only?: readonly string[],
): Promise<FunctionBundle[]> {
  const bundles: FunctionBundle[] = [];
  for (const name of (only ?? (await readdir(functionsDir))).toSorted()) {
    const entry = entryOf(join(functionsDir, name));
    if (entry === undefined) continue;
    const folder = join(outDir, name);
    await rm(folder, { recursive: true, force: true });
    const file = join(folder, 'index.mjs');
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: file,
      bundle: true,
      platform: 'node',
      target: TARGET,
      format: 'esm',
      minify: true,
      keepNames: true,
      legalComments: 'external',
      banner: { js: BANNER },
      external: [...NOT_BUNDLED],
      plugins: [leaveOut],
      metafile: true,
      logLevel: 'warning',
    });
    const missing = await copyNativePackages(
      nativePackagesOf(metafile),
      join(root, 'node_modules'),
      join(folder, 'node_modules'),
    );
    await setFileTimes(folder);
    bundles.push({ name, folder, file, bytes: readFileSync(file).length, missing });
  }
  return bundles;
}
