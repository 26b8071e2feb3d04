import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** Below `node_modules`, so that packages are found from there. */
const FOLDER = resolve('node_modules', '.cache', 'spillway-tests');

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

/** The CLI of the sources as one file: TypeScript's loader would take longer to start than most tests take to run. */
export async function bundleCli(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const folder = join(FOLDER, String(process.pid));
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'spillway.mjs');
  await build({
    entryPoints: ['cli/main.ts'],
    outfile: path,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    plugins: [ownPlaces],
    logLevel: 'error',
  });
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
