import { describe, expect, it } from 'vitest';
import type { FaultOrder } from '../../infra/local/maxcompute/server.ts';
import { BATCH, type Lives, rowsOf, setupLives, startLife } from '../helpers/maxcompute-lives.ts';
import { startRig } from '../helpers/pipeline.ts';
import { waitFor } from '../helpers/wait-for.ts';

/** Longer than the test. */
const NEVER_MS = 600_000;

/** How a worker dies in the second of two batches. */
interface Death {
  readonly name: string;
  readonly kind: 'append' | 'upsert';
  /** What holds it back when it is killed. */
  readonly fault: FaultOrder;
  /** Records that can be seen then. */
  readonly visible: number;
  /** What time does to sessions before somebody comes next. */
  readonly meanwhile?: 'expireSessions' | 'forgetSessions';
  /** Sessions that were made in the end: two, if none had to be replaced. */
  readonly sessions: number;
  /** What the next one says of it. */
  readonly says?: string;
}

const LOOKED_FOR = 'the upload session is gone; its rows were looked for';
const beforeCommit = { kind: 'hang', operation: 'upload.commit' } as const;
const afterCommit = { kind: 'delay-after', delayMs: NEVER_MS, operation: 'upload.commit' } as const;
const append = { kind: 'append', visible: BATCH, sessions: 2 } as const;
const upsert = { kind: 'upsert', visible: BATCH, sessions: 2 } as const;

const deaths: readonly Death[] = [
  {
    ...append,
    name: 'between upload and stored token',
    fault: { kind: 'delay-after', delayMs: NEVER_MS, operation: 'upload.block' },
    sessions: 3,
  },
  { ...append, name: 'between upload and commit', fault: beforeCommit },
  { ...append, name: 'after the commit, before the offset commit', fault: afterCommit, visible: 2 * BATCH },
  {
    ...append,
    name: 'between upload and commit, and a day passes',
    fault: beforeCommit,
    meanwhile: 'expireSessions',
    sessions: 3,
    says: LOOKED_FOR,
  },
  {
    ...append,
    name: 'between upload and commit, and the session is forgotten',
    fault: beforeCommit,
    meanwhile: 'forgetSessions',
    sessions: 3,
    says: LOOKED_FOR,
  },
  {
    ...append,
    name: 'after the commit, and the session is forgotten',
    fault: afterCommit,
    visible: 2 * BATCH,
    meanwhile: 'forgetSessions',
    says: LOOKED_FOR,
  },
  { ...upsert, name: 'upsert, between upload and commit', fault: { kind: 'hang', operation: 'upsert.commit' } },
  {
    ...upsert,
    name: 'upsert, after the commit',
    fault: { kind: 'delay-after', delayMs: NEVER_MS, operation: 'upsert.commit' },
    visible: 2 * BATCH,
  },
  {
    ...upsert,
    name: 'upsert, between upload and commit, and the session is forgotten',
    fault: { kind: 'hang', operation: 'upsert.commit' },
    meanwhile: 'forgetSessions',
    sessions: 3,
  },
];

/** The second batch is held back, and everything is as it must be when the worker dies now. */
async function untilMoment({ name, kind, fault, visible }: Death, lives: Lives): Promise<void> {
  await lives.untilBefallen({ ...fault, after: 1 });
  await waitFor(() => lives.rows().length === rowsOf(kind, visible).length, { what: `${name}: the moment` });
}

describe('a worker that is killed in the middle of sessions of MaxCompute', () => {
  it('leaves each row there exactly once, and no session is replaced that can still be committed', async () => {
    const rig = await startRig();
    const cases = await Promise.all(deaths.map(async (death) => ({ death, lives: await setupLives(rig, death.kind) })));
    const all = cases.map(({ lives }) => lives);
    for (const lives of all) await lives.produce(0, 2 * BATCH);
    const first = startLife(rig, all);
    await Promise.all(cases.map(({ death, lives }) => untilMoment(death, lives)));
    first.kill('SIGKILL');
    expect((await first.result).signal).toBe('SIGKILL');
    for (const { death, lives } of cases) {
      // So much can be seen, and Kafka knows of the first batch only.
      expect(lives.rows(), death.name).toEqual(rowsOf(death.kind, death.visible));
      expect(await lives.committed(), death.name).toBe(BATCH);
      if (death.meanwhile !== undefined) lives.server[death.meanwhile]();
    }

    const { code, stderr } = await startLife(rig, all, '--until-caught-up').result;
    expect(code, stderr).toBe(0);
    const log = stderr.split('\n');
    for (const { death, lives } of cases) {
      const { name, kind, sessions, says } = death;
      expect(lives.rows(), name).toEqual(rowsOf(kind, 2 * BATCH));
      expect(lives.sessions(), name).toBe(sessions);
      const own = log.filter((line) => line.includes(`"connector":"${lives.name}"`)).join('\n');
      if (says !== undefined) expect(own, name).toContain(says);
    }
  });
});
