/** A run: rounds of random faults under load, with looks at the whole world in between. */

import { rm } from 'node:fs/promises';
import type { SearchServerName } from '../../../infra/local/search/servers.ts';
import { catalogue } from './catalogue.ts';
import { type Closing, closeAll } from './closing.ts';
import type { Fault } from './fault.ts';
import { type Inspection, inspect } from './inspect.ts';
import { readLogs, taskFailures } from './log-watch.ts';
import { playRound } from './play-round.ts';
import { type Random, seededRandom } from './random.ts';
import { logsFolder } from './start-workers.ts';
import { startWorld } from './start-world.ts';
import type { World } from './world.ts';

export interface FaultRunOptions {
  readonly rounds: number;
  readonly seed: number;
  /** A look at everything after so many rounds, and at the end. */
  readonly checkEvery: number;
  /** Only these faults, by name; all when empty. */
  readonly only: readonly string[];
  /** The search server; the one that starts soonest when absent. */
  readonly searchServer?: SearchServerName;
  /** Told what happens, a line at a time. */
  readonly say: (line: string) => void;
  /** Ends the run after the round under way. */
  readonly stop: AbortSignal;
}

export interface FaultRunResult {
  readonly rounds: number;
  /** How often each fault was injected. */
  readonly faults: ReadonlyMap<Fault, number>;
  readonly seconds: number;
  /** What worker processes ended with during the run, each time. */
  readonly workerEnds: readonly string[];
  /** Failures of tasks by code. */
  readonly taskFailures: ReadonlyMap<string, number>;
  /** Of the last look. */
  readonly inspection: Inspection;
  /** Temporary folder with logs and configurations; gone when nothing is wrong. */
  readonly folder: string;
}

const SHARE_DOUBLE = 0.15;
const WARM_UP_MS = 4_000;

/** Draws by weight. */
function draw(faults: readonly Fault[], random: Random): Fault {
  const total = faults.reduce((sum, { weight }) => sum + weight, 0);
  let at = random.next() * total;
  for (const fault of faults) {
    at -= fault.weight;
    if (at < 0) return fault;
  }
  return random.pick(faults);
}

/** One fault, sometimes two at a time. */
function drawRound(faults: readonly Fault[], random: Random): Fault[] {
  const first = draw(faults, random);
  const isDouble = random.next() < SHARE_DOUBLE;
  const others = faults.filter((fault) => fault !== first && fault.alone !== true);
  return isDouble && first.alone !== true && others.length > 0 ? [first, draw(others, random)] : [first];
}

/** Draws a round by chance, plays it, answers what befell the world. */
export async function playRandomRound(world: World, faults: readonly Fault[], random: Random): Promise<Fault[]> {
  const drawn = drawRound(faults, random);
  await playRound(world, drawn, random.fork());
  return drawn;
}

/** @throws Error when the world cannot be started, or a fault cannot be injected or lifted; `stopped` tells what is wrong with the product */
export async function runFaults(options: FaultRunOptions): Promise<FaultRunResult> {
  const { rounds, seed, checkEvery, only, say, stop, searchServer } = options;
  const random = seededRandom(seed);
  const closing: Closing = [];
  const faults = catalogue.filter(({ name }) => only.length === 0 || only.includes(name));
  if (faults.length === 0) throw new Error(`no such fault; there are: ${catalogue.map(({ name }) => name).join(', ')}`);
  const began = performance.now();
  const line = (text: string) => say(`[${((performance.now() - began) / 1_000).toFixed(1).padStart(7)} s] ${text}`);
  const injected = new Map<Fault, number>();
  try {
    const started = await startWorld(random.fork(), closing, searchServer);
    const { world, load } = started;
    line(`seed ${seed}; logs of the workers: ${logsFolder(world.folder)}`);
    closing.push(() => load.stop());
    await load.start();
    await world.sleep(WARM_UP_MS);
    let round = 0;
    // What does not work without faults need not be tried with them.
    let inspection = await inspect(world, load);
    line(`checked before the first fault: ${inspection.violations.length} violations`);
    while (round < rounds && !stop.aborted && inspection.violations.length === 0) {
      round++;
      const from = performance.now();
      const drawn = await playRandomRound(world, faults, random);
      for (const fault of drawn) injected.set(fault, (injected.get(fault) ?? 0) + 1);
      const names = drawn.map(({ name }) => name).join(' + ');
      const seconds = ((performance.now() - from) / 1_000).toFixed(1);
      line(`round ${round}/${rounds} ${names} (${started.said().join('; ')}) ${seconds} s`);
      if (round % checkEvery !== 0 && round < rounds && !stop.aborted) continue;
      inspection = await inspect(world, load);
      const sent = world.ledger.records.length;
      line(`checked after round ${round}: ${sent} records sent, ${inspection.violations.length} violations`);
    }
    const lines = await readLogs(logsFolder(world.folder));
    if (inspection.violations.length === 0) closing.unshift(() => rm(world.folder, { recursive: true, force: true }));
    return {
      rounds: round,
      faults: injected,
      seconds: (performance.now() - began) / 1_000,
      workerEnds: world.workers.slots.flatMap(({ ends }) => ends),
      taskFailures: taskFailures(lines),
      inspection,
      folder: world.folder,
    };
  } finally {
    for (const failure of await closeAll(closing)) line(`while ending: ${String(failure)}`);
  }
}
