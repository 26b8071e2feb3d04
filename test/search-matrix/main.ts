/** `npm run test:search-matrix [PATH...]`: the suites that run on search servers, on one server after the other, each that this machine can
 *  start. `SPILLWAY_TEST_SEARCH_SERVERS` names others than all; paths choose among the files, as for `npm test`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SEARCH_SERVER_NAMES } from '../../infra/local/search/servers.ts';
import { whyNoSearch } from '../../infra/local/search/start-search.ts';
import { dependsOnSearchServer } from '../helpers/search-files.ts';
import { isSecured, SERVERS_VARIABLE, serverOf, type TestedServer, testedServers } from '../helpers/search-names.ts';
import { countsOf, relabelled, type ServerRun, summary } from './matrix.ts';

const ROOT = join(import.meta.dirname, '../..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
/** One with TLS and users is enough: the others differ in what they do with documents. */
const ALL: readonly TestedServer[] = [...SEARCH_SERVER_NAMES, 'opensearch-2-secured'];

/** Files that reach a server only as it is told to them, by TLS as well: the others put a proxy between, or start programs that know no
 *  authority of its own. */
const DIRECT = /(search-shared|modes|targets)\.test\.ts$/;

async function testFiles(chosen: readonly string[]): Promise<string[]> {
  const all = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' });
  const files = all.filter((file) => file.endsWith('.test.ts')).map((file) => join('test', file));
  const uses = await Promise.all(files.map((file) => dependsOnSearchServer(join(ROOT, file))));
  return files.filter((file, i) => uses[i] && (chosen.length === 0 || chosen.some((part) => file.includes(part))));
}

async function runOn(server: TestedServer, files: readonly string[]): Promise<ServerRun> {
  process.stdout.write(`\n=== ${server}\n`);
  const started = performance.now();
  const child = spawn(process.execPath, [VITEST, 'run', ...files], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [SERVERS_VARIABLE]: server },
  });
  let output = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) process.stdout.write(`${relabelled(line, server)}\n`);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  process.stdout.write(relabelled(rest, server));
  return { server, counts: countsOf(output, code ?? 1), seconds: (performance.now() - started) / 1_000 };
}

const files = await testFiles(process.argv.slice(2));
// Without a file Vitest would run them all.
if (files.length === 0) throw new Error('no test file that runs on search servers has such a path');
const runs: ServerRun[] = [];
const skipped: Record<string, string> = {};
for (const server of process.env[SERVERS_VARIABLE] ? testedServers(process.env) : ALL) {
  const reason = await whyNoSearch(serverOf(server));
  const own = isSecured(server) ? files.filter((file) => DIRECT.test(file)) : files;
  if (reason === undefined && own.length > 0) runs.push(await runOn(server, own));
  else if (reason !== undefined) skipped[server] = reason;
}
process.stdout.write(`\n${summary(runs, skipped)}`);
if (runs.length === 0 || runs.some(({ counts }) => counts.failed > 0)) process.exitCode = 1;
