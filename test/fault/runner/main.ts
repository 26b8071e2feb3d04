/** `npm run faults`: random faults under load. Exits 1 when a record was lost, or is there more often than its guarantee allows. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { SEARCH_SERVER_NAMES, type SearchServerName } from '../../../infra/local/search/servers.ts';
import { report } from './report.ts';
import { runFaults } from './run-faults.ts';
import { DEFAULT_SEARCH_SERVER } from './start-world.ts';

const USAGE = `npm run faults -- [--rounds N] [--seed S] [--check-every K] [--only FAULT[,FAULT]] [--search SERVER] [--report FILE]

  --rounds N       rounds of one or two faults (default 20)
  --seed S         which faults, when and how (default: drawn, and printed)
  --check-every K  compare everything after so many rounds, and at the end (default 25)
  --only NAMES     only these faults
  --search SERVER  elasticsearch-8, opensearch-2 (default) or elasticsearch-7, elasticsearch-9, opensearch-3
  --report FILE    write the result there, as Markdown\n`;

function whole(text: string, option: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`--${option} ${text}: a whole number was expected\n\n${USAGE}`);
  return Number(text);
}

function searchServerOf(text: string): SearchServerName {
  const found = SEARCH_SERVER_NAMES.find((name) => name === text);
  if (found === undefined) throw new Error(`--search ${text}: expected one of ${SEARCH_SERVER_NAMES.join(', ')}`);
  return found;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '20' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      'check-every': { type: 'string', default: '25' },
      only: { type: 'string', default: '' },
      search: { type: 'string', default: DEFAULT_SEARCH_SERVER },
      report: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const seed = whole(values.seed, 'seed');
  const rounds = whole(values.rounds, 'rounds');
  const checkEvery = Math.max(1, whole(values['check-every'], 'check-every'));
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const result = await runFaults({
    rounds,
    seed,
    checkEvery,
    searchServer: searchServerOf(values.search),
    only: values.only === '' ? [] : values.only.split(','),
    say: (line) => void process.stderr.write(`${line}\n`),
    stop: stop.signal,
  });
  const { violations } = result.inspection;
  for (const violation of violations) process.stderr.write(`\nVIOLATION ${violation}\n`);
  const text = report(result, seed);
  process.stdout.write(`\n${text}\n`);
  if (values.report !== undefined) await writeFile(values.report, `${text}\n`);
  if (violations.length === 0) return 0;
  const only = values.only === '' ? '' : ` --only ${values.only}`;
  const search = values.search === DEFAULT_SEARCH_SERVER ? '' : ` --search ${values.search}`;
  // Each look at everything takes time during which the load goes on: with others the faults meet other records.
  const command = `npm run faults -- --rounds ${rounds} --seed ${seed} --check-every ${checkEvery}${only}${search}`;
  process.stderr.write(
    `\nAfter round ${result.rounds}. The same faults again: ${command}\nLogs, configurations and what the function received: ${result.folder}\n`,
  );
  return 1;
}

process.exitCode = await main().catch((thrown: unknown) => {
  process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  return 2;
});
