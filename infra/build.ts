/** `npm run build`: `dist/` runs with plain node, `dist/functions-bundled/` holds one deployable folder a function. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { bundleFunctions } from './bundle-functions.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const SHEBANG = '#!/usr/bin/env node\n';

/** The compiler prints what is wrong itself; nothing to add. */
function compile(): void {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(ROOT, 'tsconfig.build.json')], { stdio: 'inherit' });
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

await rm(DIST, { recursive: true, force: true });
compile();
await copyAssets();
await makeExecutable(join(DIST, 'cli', 'main.js'));
const bundles = await bundleFunctions(ROOT, join(ROOT, 'functions'), join(DIST, 'functions-bundled'));
for (const { name, bytes } of bundles)
  console.error(`dist/functions-bundled/${name}/index.mjs  ${Math.ceil(bytes / 1024)} KiB`);
