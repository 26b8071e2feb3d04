/** The stand-in for OSS in a process of its own, so that its memory and its work are not measured. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What the target listens at and how to get it into trouble. */
export interface Target {
  readonly endpoint: string;
  readonly region: string;
  /** Uploads are taken and never answered. */
  stall(): Promise<void>;
  /** Uploads are answered `delayMs` late. */
  slow(delayMs: number): Promise<void>;
  heal(): Promise<void>;
  stop(): Promise<void>;
}

export const BUCKET = 'lag';
export const CREDENTIALS = { accessKeyId: 'bench-key', accessKeySecret: 'bench-secret' };

/** More than there will be. */
const ALL = 1_000_000_000;

/** Starts it; objects go to `dir`. */
export async function startTarget(dir: string): Promise<Target> {
  const child = fork(fileURLToPath(new URL('serve-oss-and-wait.ts', import.meta.url)), [dir], {
    execArgv: ['--import', 'tsx'],
  });
  const [{ endpoint, region }] = (await once(child, 'message')) as [{ endpoint: string; region: string }];
  const faults = async (method: 'POST' | 'DELETE', order?: object) => {
    const body = order === undefined ? {} : { body: JSON.stringify(order) };
    const answer = await fetch(`${endpoint}/__faults`, { method, ...body });
    if (!answer.ok) throw new Error(`the stand-in refused a fault: ${await answer.text()}`);
  };
  const only = async (order: object) => {
    await faults('DELETE');
    await faults('POST', { ...order, method: 'PUT', times: ALL });
  };
  return {
    endpoint,
    region,
    stall: () => only({ kind: 'hang' }),
    slow: (delayMs) => only({ kind: 'delay-before-write', delayMs }),
    heal: () => faults('DELETE'),
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
