import { readFile } from 'node:fs/promises';
import { type BoundProcess, spawnBound } from '../../../infra/local/supervise/bound-process.ts';
import { waitFor } from '../../helpers/wait-for.ts';

/** A target's process: killed and started again over the same data and port. */
export interface ServiceProcess {
  /** Undefined while none runs. */
  readonly pid: number | undefined;
  /** Resolves when it listens. Running already: does nothing. */
  start(): Promise<void>;
  /** By SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

const READY = 'ready\n';

/** @param logFile its output, in which it says `ready` at each start */
export function serviceProcess(program: string, args: readonly string[], logFile: string): ServiceProcess {
  let running: BoundProcess | undefined;
  let starts = 0;
  return {
    get pid() {
      return running?.pid;
    },
    async start() {
      if (running !== undefined) return;
      const started = await spawnBound(process.execPath, [program, ...args], { logFile });
      running = started;
      starts++;
      void started.exited.then(() => {
        if (running === started) running = undefined;
      });
      await waitFor(async () => (await readFile(logFile, 'utf8')).split(READY).length > starts || running !== started, {
        what: `${program} to be ready`,
      });
      if (running !== started) throw new Error(`${program} ended before it was ready; its output: ${logFile}`);
    },
    async kill() {
      const ending = running;
      ending?.kill('SIGKILL');
      await ending?.exited;
    },
  };
}
