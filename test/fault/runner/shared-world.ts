/** One world for all test files of fault classes, since it takes long to start: in Vitest's main process, started when the first of them asks
 *  for it by HTTP. One in which something went wrong is not used again. */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestProject } from 'vitest/node';
import { serverOf, testedServers, thoseThatRun } from '../../helpers/search-names.ts';
import { catalogue, ofClassTests } from './catalogue.ts';
import type { ConnectorCheck } from './check.ts';
import { type Closing, closeAll } from './closing.ts';
import { inspect } from './inspect.ts';
import { type LogLine, readLogs } from './log-watch.ts';
import { playRound } from './play-round.ts';
import { fixedRandom, seededRandom } from './random.ts';
import { playRandomRound } from './run-faults.ts';
import { logsFolder } from './start-workers.ts';
import { type StartedWorld, startWorld } from './start-world.ts';
import type { World } from './world.ts';

declare module 'vitest' {
  interface ProvidedContext {
    faultWorld: string;
  }
}

/** A fault by name, and which of its variants. */
export type Play = readonly [fault: string, variant: number];

/** What is to befall the world: these faults one after the other, or rounds of faults by chance. */
export type Asked = { readonly plays: readonly Play[] } | { readonly rounds: number; readonly seed: number };

/** What is known when faults were played one after the other, and everything came to rest. */
export interface Played {
  /** What the faults said of themselves. */
  readonly said: readonly string[];
  /** By connector, before and after. */
  readonly before: Readonly<Record<string, ConnectorCheck>>;
  readonly after: Readonly<Record<string, ConnectorCheck>>;
  readonly violations: readonly string[];
  /** How often workers logged each message meanwhile, and each code. */
  readonly logged: Readonly<Record<string, number>>;
  /** How worker processes ended meanwhile: signal or exit code. */
  readonly ends: readonly string[];
}

interface Running {
  readonly started: StartedWorld;
  readonly closing: Closing;
  checks: readonly ConnectorCheck[];
}

const WARM_UP_MS = 2_000;
/** A world that nobody plays in still takes a good part of the machine. */
const RESTS_AFTER_MS = 60_000;
/** Until batches are on their way to all targets. */
const UNDER_WAY_MS = 1_000;
/** Of the load. */
const SEED = 1;

const byName = (checks: readonly ConnectorCheck[]) =>
  Object.fromEntries(checks.map((check) => [check.connector.name, check]));

function counts(lines: readonly LogLine[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { message, code } of lines)
    for (const name of [message, ...(code === undefined ? [] : [code])]) found.set(name, (found.get(name) ?? 0) + 1);
  return found;
}

const logsOf = async ({ started }: Running) => counts(await readLogs(logsFolder(started.world.folder)));
const endsOf = ({ started }: Running) => started.world.workers.slots.map(({ ends }) => ends);

async function befall(world: World, asked: Asked): Promise<void> {
  if ('plays' in asked) {
    for (const [name, variant] of asked.plays) {
      const fault = [...catalogue, ...ofClassTests].find((each) => each.name === name);
      if (fault === undefined) throw new Error(`no such fault: ${name}`);
      await playRound(world, [fault], fixedRandom(variant));
    }
    return;
  }
  const random = seededRandom(asked.seed);
  for (let round = 1; round <= asked.rounds; round++) {
    const faults = await playRandomRound(world, catalogue, random);
    world.say(`round ${round}: ${faults.map(({ name }) => name).join(' + ')}`);
  }
}

class SharedWorld {
  #running: Running | undefined;
  #before: Promise<unknown> = Promise.resolve();
  #underWay = 0;
  #resting: NodeJS.Timeout | undefined;

  /** One at a time, in the order in which they ask. */
  play(asked: Asked): Promise<Played> {
    this.#underWay++;
    clearTimeout(this.#resting);
    const turn = this.#before.then(() => this.#play(asked));
    this.#before = turn
      .catch(() => undefined)
      .then(() => {
        // Not while somebody waits: whoever plays longer than that would leave no world to the next.
        if (--this.#underWay === 0) this.#resting = setTimeout(() => this.#rest(), RESTS_AFTER_MS);
      });
    return turn;
  }

  /** Whoever asks again gets another one. */
  #rest(): void {
    this.#before = this.#before.then(() => this.close());
  }

  async #play(asked: Asked): Promise<Played> {
    this.#running ??= await this.#start();
    const running = this.#running;
    const { world, load, said } = running.started;
    load.resume();
    await world.sleep(UNDER_WAY_MS);
    const before = byName(running.checks);
    const logsBefore = await logsOf(running);
    const endsBefore = endsOf(running).map(({ length }) => length);
    // Undefined again if all goes well: nothing is played on in a world that something went wrong in.
    this.#running = undefined;
    let isWell = false;
    try {
      await befall(world, asked);
      const { checks, violations } = await inspect(world, load);
      // Until the next class: what is sent meanwhile would only have to be compared each time.
      await load.pause();
      const logged = Object.fromEntries(
        [...(await logsOf(running))].map(([message, count]) => [message, count - (logsBefore.get(message) ?? 0)]),
      );
      running.checks = checks;
      isWell = violations.length === 0;
      return {
        said: said(),
        before,
        after: byName(checks),
        violations,
        logged,
        ends: endsOf(running).flatMap((ends, slot) => ends.slice(endsBefore[slot])),
      };
    } finally {
      if (isWell) this.#running = running;
      else await closeAll(running.closing);
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#resting);
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    await closeAll(running.closing);
    await rm(running.started.world.folder, { recursive: true, force: true });
  }

  async #start(): Promise<Running> {
    const closing: Closing = [];
    try {
      const servers = testedServers(process.env);
      // Where none runs, the start of the last says why.
      const server = (await thoseThatRun(servers)).at(-1) ?? servers.at(-1);
      const started = await startWorld(seededRandom(SEED), closing, server && serverOf(server));
      const { world, load } = started;
      closing.push(() => load.stop());
      await load.start();
      await world.sleep(WARM_UP_MS);
      const { checks, violations } = await inspect(world, load);
      if (violations.length > 0) throw new Error(`before any fault: ${violations.join('\n')}`);
      return { started, closing, checks };
    } catch (thrown) {
      await closeAll(closing);
      throw thrown;
    }
  }
}

async function answer(shared: SharedWorld, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const played = await shared.play(JSON.parse(await text(request)) as Asked);
    response.end(JSON.stringify(played));
  } catch (thrown) {
    response.writeHead(500).end(thrown instanceof Error ? thrown.stack : String(thrown));
  }
}

/** Vitest calls it once; nothing is started before a test asks. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = new SharedWorld();
  const server = createServer({ requestTimeout: 0 }, (request, response) => void answer(shared, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  project.provide('faultWorld', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    server.closeAllConnections();
    await shared.close();
  };
}
