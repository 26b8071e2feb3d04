/** What `npm run …` starts: makes sure that the tools are there, then runs one task. Plain JavaScript without dependencies, since it runs
 *  before anything is installed. Tasks run in this very process where they can, so that signals and exit codes are theirs. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const installed = join(root, 'node_modules');
const stamp = join(installed, '.installed-from');

const tool = {
  biome: join('@biomejs', 'biome', 'bin', 'biome'),
  knip: join('knip', 'bin', 'knip.js'),
  tsc: join('typescript', 'bin', 'tsc'),
  vitest: join('vitest', 'vitest.mjs'),
};

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(
      `Spillway needs Node.js 20.19 or newer and this is ${process.versions.node}: install a newer one and run the command again.`,
    );
  }
}

/** Installs what package-lock.json names, unless that has been done for this very lock file. By `npm install --no-save`, which keeps to the
 *  lock file's versions and does not write it: `npm ci` refuses a lock file that lacks optional packages for other platforms, and npm
 *  leaves them out where the registry did not have them. */
function installDependencies() {
  const lock = join(root, 'package-lock.json');
  const wanted = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const byHand = join(installed, '.package-lock.json');
  const isCurrent = !existsSync(stamp) && existsSync(byHand) && statSync(byHand).mtimeMs >= statSync(lock).mtimeMs;
  if (!isCurrent) {
    process.stderr.write('Installing dependencies …\n');
    const npm = process.env.npm_execpath;
    const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
    const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] };
    const result = npm ? spawnSync(process.execPath, [npm, ...args], options) : spawnSync('npm', args, options);
    if (result.status !== 0)
      fail('The dependencies could not be installed: see what npm said above, then run the command again.');
  }
  writeFileSync(stamp, wanted);
}

/** Runs a program of ours or of a package as if it had been started as `node <script> <args>`. */
async function run(script, args) {
  if (!existsSync(script)) fail(`${script} does not exist in this version of Spillway.`);
  process.argv = [process.execPath, script, ...args];
  await import(pathToFileURL(script).href);
}

async function runTypeScript(script, args) {
  const { register } = await import('tsx/esm/api');
  register();
  await run(join(root, script), args);
}

/** Runs a tool in a process of its own; resolves with what it printed. */
function runQuietly(name, script, args) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(installed, script), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('close', (code) =>
      resolve({ name, ok: code === 0, output, seconds: (performance.now() - started) / 1_000 }),
    );
  });
}

/** Everything that needs no server, at once. Prints what failed, and one line for each. */
async function check() {
  const results = await Promise.all([
    runQuietly('format, lint', tool.biome, ['check', '--error-on-warnings', '.']),
    runQuietly('types', tool.tsc, ['-p', '.']),
    runQuietly('unit tests', tool.vitest, ['run', '--project', 'unit']),
    runQuietly('dead code', tool.knip, []),
  ]);
  for (const { ok, output } of results) if (!ok) process.stdout.write(`${output.trim()}\n\n`);
  for (const { name, ok, output, seconds } of results) {
    const tests = /^Tests: .*$/m.exec(output)?.[0] ?? '';
    process.stdout.write(
      `${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(12)} ${seconds.toFixed(1).padStart(5)} s  ${tests}\n`,
    );
  }
  process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
}

const tasks = {
  bench: (args) => runTypeScript('test/bench/main.ts', args),
  build: (args) => runTypeScript('infra/build.ts', args),
  check,
  demo: (args) => runTypeScript('cli/demo/main.ts', args),
  docs: (args) => runTypeScript('infra/generate-config-docs.ts', args),
  faults: (args) => runTypeScript('test/fault/runner/main.ts', args),
  local: (args) => runTypeScript('cli/main.ts', ['local', ...args]),
  test: (args) => run(join(installed, tool.vitest), ['run', ...args]),
  'test:search-matrix': (args) => runTypeScript('test/search-matrix/main.ts', args),
};

/** What is imported as a source and made of others: a fresh clone has none of it. */
async function generateSources() {
  const { buildKernel } = await import('./build-kernel.mjs');
  await buildKernel(root).catch((error) => fail(error.message));
}

const [name = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(tasks, name)) fail(`Unknown task '${name}', expected one of: ${Object.keys(tasks).join(', ')}.`);
requireNode();
installDependencies();
await generateSources();
await tasks[name](args);
