/** Where records go, in a process of its own, so that its memory and its work are not measured. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { TargetCounts, TargetOrder } from './programs/counting-target.ts';

/** What the target listens at and how to get it into trouble. */
export interface Target {
  /** Of the stand-in for OSS, and of the function. */
  readonly endpoint: string;
  /** Keys of an OSS sink that writes there. */
  readonly ossKeys: Readonly<Record<string, string>>;
  /** Uploads are taken and never answered. */
  stall(): void;
  /** Uploads are answered `delayMs` late. */
  slow(delayMs: number): void;
  heal(): void;
  /** What came since the last call. */
  counts(): Promise<TargetCounts>;
  stop(): Promise<void>;
}

/** @param program path of `programs/counting-target.ts`, built */
export async function startTarget(program: string): Promise<Target> {
  const child = fork(program, { execArgv: [] });
  const [port] = (await once(child, 'message')) as [number];
  const endpoint = `http://127.0.0.1:${port}`;
  const say = (order: TargetOrder) => void child.send(order);
  return {
    endpoint,
    ossKeys: {
      'oss.endpoint': endpoint,
      'oss.region': 'cn-hangzhou',
      'oss.bucket': 'bench',
      'oss.access.key.id': 'bench-key',
      'oss.access.key.secret': 'bench-secret',
    },
    stall: () => say({ order: 'never-answer' }),
    slow: (delayMs) => say({ order: 'answer', afterMs: delayMs }),
    heal: () => say({ order: 'answer', afterMs: 0 }),
    async counts() {
      const told = once(child, 'message');
      say({ order: 'count' });
      const [counts] = (await told) as [TargetCounts];
      return counts;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
