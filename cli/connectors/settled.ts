/** Waiting until a connector is as it was asked to be. */
import { type Command, Option } from 'commander';
import { systemClock } from '../../shared/clock.ts';
import { TimeLimit } from '../../shared/time-limit.ts';
import { ApiRefused } from '../api/api-errors.ts';
import type { ConnectApi } from '../api/connect-api.ts';
import type { ConnectorStatus } from '../api/connect-shapes.ts';
import { shellWord } from '../shell-word.ts';
import { reasonLines, reasonOf, tasksText } from './status-text.ts';

const LOOK_EVERY_MS = 250;

export interface WaitOptions {
  readonly wait: boolean;
  /** Seconds. */
  readonly timeout: number;
}

/** Adds it to a command. */
export function withWait(command: Command): Command {
  return command.addOption(
    new Option('--wait', 'until the tasks are so too, for --timeout at most; exit code 1 where one failed').default(
      false,
    ),
  );
}

/** With `--wait`: resolves when the connector and all its tasks are `wanted`, with what to add for a person; without, with nothing to add.
 *  @throws ApiRefused when something failed, or is not so in time */
export async function settled(api: ConnectApi, name: string, wanted: string, options: WaitOptions): Promise<string> {
  if (!options.wait) return '';
  const limit = new TimeLimit(systemClock, options.timeout * 1_000);
  for (;;) {
    const status = await statusIfKnown(api, name);
    const states = status === undefined ? [] : [status.connector, ...status.tasks];
    const failed = states.find(({ state }) => state === 'FAILED');
    if (failed !== undefined)
      throw new ApiRefused(200, `failed: ${reasonLines(failed.trace ?? '').join('\n') || 'no reason given'}`);
    if (status !== undefined && isSettled(status, wanted)) return `, tasks: ${tasksText(status)}`;
    if (limit.leftMs === 0) {
      const message = `not ${wanted} after ${options.timeout} s (${seenOf(status)}); go on looking: spillway connectors status ${shellWord(name)} --watch`;
      throw new ApiRefused(200, message);
    }
    await systemClock.sleep(LOOK_EVERY_MS);
  }
}

/** How it is instead, and what keeps a task from it. */
function seenOf(status: ConnectorStatus | undefined): string {
  if (status === undefined) return 'no status yet';
  const reason = status.tasks.find(({ trace }) => typeof trace === 'string')?.trace;
  const why = typeof reason === 'string' ? `: ${reasonOf(reason)}` : '';
  return `${status.connector.state}, tasks: ${tasksText(status)}${why}`;
}

/** A connector that should run has tasks; one that is paused has those it had. */
function isSettled({ connector, tasks }: ConnectorStatus, wanted: string): boolean {
  if (connector.state !== wanted) return false;
  return wanted === 'RUNNING'
    ? tasks.length > 0 && tasks.every(({ state }) => state === wanted)
    : tasks.every(({ state }) => state === wanted);
}

/** None for a moment after it was made. */
async function statusIfKnown(api: ConnectApi, name: string): Promise<ConnectorStatus | undefined> {
  try {
    return await api.status(name);
  } catch (thrown) {
    if (thrown instanceof ApiRefused && thrown.status === 404) return undefined;
    throw thrown;
  }
}
