import { describe, expect, it } from 'vitest';
import type { FaultOrder } from '../../infra/local/maxcompute/server.ts';
import { BATCH, rowsOf, setupLives, startLife } from '../helpers/maxcompute-lives.ts';
import { startRig } from '../helpers/pipeline.ts';
import { waitFor } from '../helpers/wait-for.ts';

const FORGOTTEN = 'the group forgot this member; its partitions are given up and it joins anew';

/** Where a worker falls asleep in the second of two batches. */
interface Sleep {
  readonly name: string;
  readonly kind: 'append' | 'upsert';
  /** What it asked for is done when others have written the batch, and later ones. */
  readonly late: NonNullable<FaultOrder['operation']>;
  /** Sessions that were made in the end: three, if none had to be replaced. */
  readonly sessions: number;
}

const sleeps: readonly Sleep[] = [
  { name: 'with the commit on its way', kind: 'append', late: 'upload.commit', sessions: 3 },
  { name: 'with the upload on its way, and no token stored', kind: 'append', late: 'upload.block', sessions: 4 },
  { name: 'upsert, with the commit on its way', kind: 'upsert', late: 'upsert.commit', sessions: 3 },
  {
    name: 'upsert, with the upload on its way, and no token stored',
    kind: 'upsert',
    late: 'upsert.write',
    sessions: 4,
  },
];

describe('a worker that sleeps in the middle of sessions of MaxCompute while another takes its partitions', () => {
  it('leaves each row there exactly once, and each key as its last record says, when it goes on', async () => {
    const rig = await startRig();
    const cases = await Promise.all(sleeps.map(async (sleep) => ({ sleep, lives: await setupLives(rig, sleep.kind) })));
    const all = cases.map(({ lives }) => lives);
    for (const lives of all) await lives.produce(0, 2 * BATCH);
    const sleeper = startLife(rig, all);
    let log = '';
    sleeper.stderr?.on('data', (text: string) => (log += text));
    await Promise.all(
      cases.map(({ sleep, lives }) => lives.untilBefallen({ kind: 'hold', operation: sleep.late, after: 1 })),
    );
    sleeper.kill('SIGSTOP');
    for (const { sleep, lives } of cases) expect(lives.rows(), sleep.name).toEqual(rowsOf(sleep.kind, BATCH));

    const other = startLife(rig, all);
    const allSeen = (to: number) =>
      Promise.all(
        cases.map(({ sleep, lives }) =>
          waitFor(() => lives.rows().join() === rowsOf(sleep.kind, to).join(), {
            what: `${sleep.name}: the other to have ${to} records`,
            timeoutMs: 120_000,
          }),
        ),
      );
    await allSeen(2 * BATCH);
    // Of the same keys: they must not be replaced by what the sleeper had.
    for (const lives of all) await lives.produce(2 * BATCH, 3 * BATCH);
    await allSeen(3 * BATCH);

    for (const { sleep, lives } of cases) {
      const { server } = lives;
      const times = () => server.stats().byOperation[sleep.late];
      expect(times(), sleep.name).toBe(3);
      server.clearFaults();
      await waitFor(() => times() === 4, { what: `${sleep.name}: the late request` });
    }
    sleeper.kill('SIGCONT');
    // Each connector is a member of a group of its own.
    await waitFor(() => log.split(FORGOTTEN).length > cases.length, {
      what: 'the sleeper to know',
      timeoutMs: 120_000,
    });
    for (const worker of [sleeper, other]) worker.kill('SIGTERM');
    for (const worker of [sleeper, other]) expect(await worker.result).toMatchObject({ code: 0 });
    for (const { sleep, lives } of cases) {
      expect(lives.rows(), sleep.name).toEqual(rowsOf(sleep.kind, 3 * BATCH));
      expect(lives.sessions(), sleep.name).toBe(sleep.sessions);
      expect(await lives.committed(), sleep.name).toBe(3 * BATCH);
    }
  });
});
