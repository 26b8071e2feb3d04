/** `npm run build`: `dist/` runs with plain node, `dist/functions-bundled/` holds one deployable folder a function. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { bundleFunctions, type FunctionBundle } from './bundle-functions.ts';
import { importMs, zippedBytes } from './bundle-report.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const SHEBANG = '#!/usr/bin/env node\n';

/** The compiler prints what is wrong itself; nothing to add. */
function compile(project: string): void {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(ROOT, project)], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

/** What the local services read beside their code: a POM, a list of checksums. */
async function copyAssets(): Promise<void> {
  const from = join(ROOT, 'infra', 'local');
  await cp(from, join(DIST, 'infra', 'local'), { recursive: true, filter: (path) => extname(path) !== '.ts' });
}

async function makeExecutable(file: string): Promise<void> {
  if (!existsSync(file)) return;
  const text = await readFile(file, 'utf8');
  if (!text.startsWith('#!')) await writeFile(file, SHEBANG + text);
  await chmod(file, 0o755);
}

const kib = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`;

/** One line a bundle, and what this machine could not put into them. */
async function report(bundles: readonly FunctionBundle[]): Promise<void> {
  const width = Math.max(...bundles.map(({ folder }) => relative(ROOT, folder).length));
  for (const { folder, file, bytes } of bundles) {
    const [zipped, load] = [await zippedBytes(folder), await importMs(file)];
    const place = relative(ROOT, folder).padEnd(width);
    console.error(`${place}  index.mjs ${kib(bytes)}, as ZIP ${kib(zipped)}, loads in ${Math.round(load)} ms`);
  }
  const missing = new Map(bundles.flatMap((bundle) => bundle.missing.map((one) => [one.binary, one.without])));
  if (missing.size === 0) return;
  console.error('\nThese functions run on Linux x86-64, and this machine lacks for them');
  for (const [binary, without] of missing) console.error(`  ${binary}: ${without}`);
  console.error(`They work without. To have them: npm install --no-save --force ${[...missing.keys()].join(' ')}`);
  console.error('and then: npm run build');
}

await rm(DIST, { recursive: true, force: true });
compile('tsconfig.build.json');
// The types of what others import: `exports` of package.json.
compile('tsconfig.handler.json');
await copyAssets();
await makeExecutable(join(DIST, 'cli', 'main.js'));
await report(await bundleFunctions(ROOT, join(ROOT, 'functions'), join(DIST, 'functions-bundled')));
