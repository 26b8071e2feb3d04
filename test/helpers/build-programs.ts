/** Programs as single files: TypeScript's loader would take longer to start than most tests take to run, and would be measured with what is
 *  measured. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

export interface BuiltPrograms<Name extends string> {
  /** Path of each. */
  readonly paths: Readonly<Record<Name, string>>;
  remove(): Promise<void>;
}

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
  try {
    await build({
      entryPoints: { ...sources },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      packages: 'external',
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
