/** Programs as bundles: TypeScript's loader would take longer to start than most tests take to run, and would be measured with what is
 *  measured; packages as they are installed take half a second of processor time. What a program loads later lies beside it. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { BANNER, NOT_BUNDLED } from '../../infra/bundle-functions.ts';
import { processIsGone } from './process-is-gone.ts';

export interface BuiltPrograms<Name extends string> {
  /** Path of each. */
  readonly paths: Readonly<Record<Name, string>>;
  remove(): Promise<void>;
}

/** What programs of tests use besides: these find their binaries from where they lie. */
const NATIVE = ['lz4-napi', 'esbuild'];

/** Below `node_modules`, so that packages are found from there. */
const FOLDER = resolve('node_modules', '.cache');

/** Files find what lies beside them, though they are part of a bundle. */
const ownPlaces: Plugin = {
  name: 'own-places',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](cli|infra)[\\/].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts' };
    });
  },
};

/** What processes left behind that were killed. */
async function removeOrphans(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (/^\d+$/.test(name) && processIsGone(Number(name)))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** Builds each of `sources`, by name, from the sources as they are now: what changes in them later changes nothing.
 *  @param use what they are for; a process builds once for each
 *  @throws Error of esbuild when the sources do not compile */
export async function buildPrograms<Name extends string>(
  use: string,
  sources: Readonly<Record<Name, string>>,
): Promise<BuiltPrograms<Name>> {
  const folder = join(FOLDER, `spillway-${use}`, String(process.pid));
  const remove = () => rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await removeOrphans(dirname(folder));
  try {
    await build({
      entryPoints: { ...sources },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      banner: { js: BANNER },
      external: [...NOT_BUNDLED, ...NATIVE],
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: 'linked',
      plugins: [ownPlaces],
      logLevel: 'error',
    });
  } catch (thrown) {
    await remove();
    throw thrown;
  }
  const paths = Object.fromEntries(Object.keys(sources).map((name) => [name, join(folder, `${name}.mjs`)]));
  return { paths: paths as Record<Name, string>, remove };
}

/** The CLI alone. */
export async function buildCli(use: string): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const { paths, remove } = await buildPrograms(use, { spillway: 'cli/main.ts' });
  return { path: paths.spillway, remove };
}
