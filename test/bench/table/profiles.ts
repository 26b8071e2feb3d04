/** CPU profiles of scenarios: written, and summed up. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { markdownTable } from '../report/markdown-table.ts';
import { type CpuProfile, profileShares } from '../report/profile-shares.ts';
import type { Scenario } from './scenarios.ts';

const SHOWN = 12;

/** Runs each scenario once more with the flags that make it write profiles, into a folder of its own below `folder`, since threads write
 *  theirs beside that of the process; prints where the time went. */
export async function profile(
  scenarios: readonly Scenario[],
  folder: string,
  run: (scenario: Scenario, flags: readonly string[]) => Promise<unknown>,
): Promise<void> {
  for (const scenario of scenarios) {
    const own = join(folder, scenario.name.replaceAll(/[^a-z0-9+]+/gi, '-'));
    await mkdir(own, { recursive: true });
    const older = new Set(await readdir(own));
    await run(scenario, ['--cpu-prof', `--cpu-prof-dir=${own}`]);
    console.log(`\n${scenario.name}: ${own}\n${await shares(own, older)}`);
  }
}

async function shares(folder: string, older: ReadonlySet<string>): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile') && !older.has(name));
  const profiles = await Promise.all(
    files.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile),
  );
  const rows = profileShares(profiles)
    .slice(0, SHOWN)
    .map(({ owner, name, share }) => [`${(share * 100).toFixed(1)} %`, owner, `\`${name}\``]);
  return markdownTable(['Share', 'Of', 'Function'], rows);
}
