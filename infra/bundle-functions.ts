/** Makes of each `functions/*` folder one file that a serverless platform can run without `npm install`. */
import { existsSync, readFileSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** Oldest runtime that the functions are for. */
const TARGET = 'node20.19';

/** Native or optional packages. Their code looks for files beside itself, so they are copied next to the bundle and not put into it. */
const NATIVE = ['@mongodb-js/zstd', '@node-rs/crc32', 'snappy'];

/** Asked for by a dependency only when a proxy is configured, and not installed. */
const NEVER_THERE = ['proxy-agent'];

/** CommonJS dependencies expect these names, which an ES module does not have. */
const BANNER = `import { createRequire as createRequireOfBundle } from 'node:module';
import { dirname as dirnameOfBundle } from 'node:path';
import { fileURLToPath as fileURLToPathOfBundle } from 'node:url';
const require = createRequireOfBundle(import.meta.url);
const __filename = fileURLToPathOfBundle(import.meta.url);
const __dirname = dirnameOfBundle(__filename);`;

export interface FunctionBundle {
  /** The function's folder name. */
  readonly name: string;
  /** Path of the bundle: an ES module that exports what the entry file exports. */
  readonly file: string;
  readonly bytes: number;
}

/** The file that a platform loads: `handler.ts`, or `main.ts` for a function that runs by itself. */
function entryOf(folder: string): string | undefined {
  return ['handler.ts', 'main.ts'].map((name) => join(folder, name)).find((file) => existsSync(file));
}

/** Copies a package and what it depends on, as far as it is installed for this machine's platform. */
async function copyPackage(name: string, from: string, to: string, done = new Set<string>()): Promise<void> {
  const source = join(from, name);
  if (done.has(name) || !existsSync(source)) return;
  done.add(name);
  await cp(source, join(to, name), { recursive: true });
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Record<string, object | undefined>;
  for (const key of ['dependencies', 'optionalDependencies']) {
    for (const dependency of Object.keys(manifest[key] ?? {})) await copyPackage(dependency, from, to, done);
  }
}

function nativePackagesOf(metafile: Metafile): string[] {
  const imported = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  return NATIVE.filter((name) => imported.some((path) => path === name || path.startsWith(`${name}/`)));
}

/** Bundles every folder of `functionsDir` that has an entry file to `<outDir>/<name>/index.mjs`, with the native packages it uses in
 *  `node_modules` beside it: those fit the platform of the machine that builds. Names of functions and classes are kept, error-topic
 *  headers and stack traces show them.
 *  @throws esbuild's failure, which names file and line */
export async function bundleFunctions(root: string, functionsDir: string, outDir: string): Promise<FunctionBundle[]> {
  const bundles: FunctionBundle[] = [];
  for (const name of (await readdir(functionsDir)).sort()) {
    const entry = entryOf(join(functionsDir, name));
    if (entry === undefined) continue;
    const folder = join(outDir, name);
    const file = join(folder, 'index.mjs');
    const { metafile } = await build({
      entryPoints: [entry],
      outfile: file,
      bundle: true,
      platform: 'node',
      target: TARGET,
      format: 'esm',
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'external',
      banner: { js: BANNER },
      external: [...NATIVE, ...NEVER_THERE],
      metafile: true,
      logLevel: 'warning',
    });
    for (const native of nativePackagesOf(metafile)) {
      await copyPackage(native, join(root, 'node_modules'), join(folder, 'node_modules'));
    }
    bundles.push({ name, file, bytes: readFileSync(file).length });
  }
  return bundles;
}
