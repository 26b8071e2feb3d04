import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodeCommitMetadata } from '../../../functions/dispatcher/commit-metadata.ts';
import type { ResetTarget } from '../../../functions/dispatcher/offsets/moves.ts';
import { applyReset, planReset, readGroup } from '../../../functions/dispatcher/offsets/reset.ts';
import { systemClock } from '../../../shared/clock.ts';
import { ClusterInspector } from '../../../shared/kafka/inspect/cluster-inspector.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { type Rig, recordOf, spawnCli, startRig, writtenRecords } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

/** What `spillway offsets --json` answers, as far as tests look at it. */
interface OffsetsJson {
  readonly members: readonly string[];
  readonly partitions: readonly { readonly committed: number | null; readonly lag: number }[];
  readonly applied: boolean;
  readonly skipped: number;
  readonly again: number;
  readonly moves: readonly {
    readonly partition: number;
    readonly from: number | null;
    readonly to: number;
    readonly effect: string;
    readonly offsets: number;
    readonly firstTime: string | null;
    readonly lastTime: string | null;
    readonly dropsStopMark: object | null;
    readonly notes: readonly string[];
  }[];
  readonly undo: { readonly command: string | null; readonly lost: readonly string[] };
}

const START = Date.UTC(2026, 0, 31);
const timeOf = (i: number) => new Date(START + i * 1_000).toISOString();

/** A topic whose partitions hold `count` records each, a second apart, a connector, and what a test asks of both. */
async function setUp(partitions: number, count: number, extra: Readonly<Record<string, string>> = {}) {
  const rig = await startRig();
  const topic = await rig.createTopic(partitions);
  const records = Array.from({ length: count }, (_, i) => recordOf(`k${i}`, `v${i}`, START + i * 1_000));
  for (let partition = 0; partition < partitions; partition++) await rig.produce(topic, partition, records);
  const name = uniqueName('offsets');
  const file = await rig.connectorFile(name, { topics: topic, ...extra });
  const admin = rig.driver.admin();
  onTestFinished(() => admin.close());
  const group = `connect-${name}`;
  return {
    rig,
    topic,
    file,
    group,
    admin,
    commit: (...offsets: readonly number[]) =>
      admin.commitOffsets(
        group,
        offsets.map((offset, partition) => ({ topic, partition, offset })),
      ),
    committed: async () => {
      const found = await admin.committedOffsets(group, topic);
      return Array.from({ length: partitions }, (_, partition) => found.get(partition)?.offset);
    },
    offsets: async (...args: readonly string[]) => await offsetsJson(rig, file, ...args),
    /** As the command does with `--yes`, in this process. */
    move: async (target: ResetTarget, partitions?: readonly number[]) => {
      const inspector = new ClusterInspector(
        { bootstrapServers: rig.bootstrapServers.split(','), clientId: 'test' },
        { logger: silentLogger, clock: systemClock, random: Math.random },
      );
      const reader = rig.driver.reader({ isolationLevel: 'read_committed', fetchMaxBytes: 1_000_000 });
      try {
        const deps = { admin, reader, inspector };
        const source = {
          groupId: group,
          topics: [topic],
          startOffset: 'earliest',
          isolationLevel: 'read_committed',
        } as const;
        const state = await readGroup(deps, source);
        const plan = await planReset(deps, state, target, { partitions });
        expect(await applyReset(deps, state, plan)).toMatchObject({ refused: [] });
        return plan.moves;
      } finally {
        inspector.close();
        await reader.close();
      }
    },
    run: async () => {
      const { code, stderr } = await rig.spawnCli(['run', '--until-caught-up', file]).result;
      expect(code, stderr).toBe(0);
    },
    /** Sorted `partition/offset` of every record in every object, repeats included. */
    written: async () =>
      (await writtenRecords(rig.bucketFolder)).map(({ partition, offset }) => `${partition}/${offset}`).sort(),
  };
}

async function offsetsJson(rig: Rig, file: string, ...args: readonly string[]): Promise<OffsetsJson> {
  const { code, stdout, stderr } = await rig.spawnCli(['offsets', file, '--json', ...args]).result;
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as OffsetsJson;
}

describe('spillway offsets', () => {
  it('shows where a group stands, before and after it began, and changes nothing', async () => {
    const { offsets, commit, committed, rig, file, topic } = await setUp(2, 10);
    expect((await offsets()).partitions).toMatchObject([
      { topic, partition: 0, beginning: 0, committed: null, end: 10, next: 0, lag: 10 },
      { topic, partition: 1, beginning: 0, committed: null, end: 10, next: 0, lag: 10 },
    ]);
    expect(await committed()).toEqual([undefined, undefined]);
    await commit(4, 10);
    const text = await rig.spawnCli(['offsets', file]).result;
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(new RegExp(`${topic}-0 *│ 0 *│ 4 *│ 10 *│ 6 `));
    expect(text.stdout).toContain('no members');
    expect(text.stdout).toContain('Nothing was changed');
    expect((await offsets('--partition', '1')).partitions).toMatchObject([{ partition: 1, committed: 10, lag: 0 }]);
  });

  it('changes nothing without --yes, and with it only what it showed; the undo it prints brings it back', async () => {
    const { offsets, commit, committed, rig, file, topic, group } = await setUp(2, 10);
    await commit(4, 10);
    const shown = await offsets('--to', 'latest');
    expect(shown).toMatchObject({ applied: false, skipped: 6, again: 0 });
    expect(shown.moves).toMatchObject([
      { partition: 0, from: 4, to: 10, effect: 'skipped', offsets: 6, firstTime: timeOf(4), lastTime: timeOf(9) },
    ]);
    const text = await rig.spawnCli(['offsets', file, '--to', 'earliest', '--dry-run']).result;
    expect(text.stdout).toContain('14 records will be delivered, or delivered again');
    expect(text.stdout).toContain('oss.object.prefix');
    expect(text.stdout).toContain('Nothing was changed. The same command with --yes makes the change.');
    expect(await committed()).toEqual([4, 10]);

    const made = await rig.spawnCli(['offsets', file, '--to', 'latest', '--yes']).result;
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toContain('6 records will NOT be delivered');
    expect(await committed()).toEqual([10, 10]);
    const undo = `spillway offsets ${file} --set ${topic}:0=4 --yes`;
    expect(made.stdout).toContain(`This undoes it: ${undo}\n`);
    expect(shown.undo.command).toBe(undo);
    expect((await rig.spawnCli(undo.split(' ').slice(1)).result).code).toBe(0);
    expect(await committed()).toEqual([4, 10]);
    expect((await rig.spawnCli(['offsets', file, '--to', '4', '--partition', '0', '--yes']).result).stdout).toContain(
      `group ${group}: nothing to change`,
    );
  });

  it('goes to a time, on and back, and to explicit offsets, in the partitions that are named', async () => {
    const { move, commit, committed, topic } = await setUp(3, 10);
    await commit(5, 5, 5);
    const byTime = await move({ to: START + 6_500 }, [0, 2]);
    expect(byTime.map(({ partition, from, to }) => [partition, from, to])).toEqual([
      [0, 5, 7],
      [2, 5, 7],
    ]);
    expect(await committed()).toEqual([7, 5, 7]);
    await move({ by: -2 });
    expect(await committed()).toEqual([5, 3, 5]);
    const [bounded] = await move({ by: 6 }, [2]);
    expect(bounded?.notes).toEqual(['11 is not there: the log ends at 10']);
    expect(await committed()).toEqual([5, 3, 10]);
    const of = (partition: number, offset: number) => ({ topic, partition, offset });
    await move({ set: [of(0, 1), of(2, 9)] });
    expect(await committed()).toEqual([1, 3, 9]);
    const late = await move({ to: Date.UTC(2099, 0, 1) });
    expect(late.map(({ notes }) => notes[0])).toEqual(Array(3).fill('no record at or after that time: the end'));
    expect(await committed()).toEqual([10, 10, 10]);
  });

  it('finds the times of records between the markers of transactions, and counts no offset too few', async () => {
    const { move, rig, topic, commit } = await setUp(1, 2);
    const kafka = new Kafka({ brokers: rig.bootstrapServers.split(','), logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true });
    onTestFinished(() => producer.disconnect());
    await producer.connect();
    for (const [i, end] of (['commit', 'abort', 'commit', 'abort'] as const).entries()) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value: end, timestamp: String(START + 60_000 + i) }] });
      await transaction[end]();
    }
    await commit(0);
    // 0, 1, then each transaction takes two offsets: 2 and 6 are records, 4 and 8 are aborted, the others are markers.
    const [skipped] = await move({ to: 'latest' });
    expect(skipped).toMatchObject({ to: 10, effect: 'skipped', range: { from: 0, to: 10 } });
    expect(skipped?.times).toEqual({ first: START, last: START + 60_002 });
    expect((await move({ offset: 7 }))[0]?.times).toEqual({ empty: true });
  });

  it('lets a run read exactly what was announced, back and on', async () => {
    const { offsets, run, written, rig, topic } = await setUp(2, 10);
    await run();
    expect(await written()).toHaveLength(20);
    const back = await offsets('--to', timeOf(7), '--yes');
    expect(back.again).toBe(6);
    await run();
    const twice = [0, 1].flatMap((partition) => [7, 8, 9].map((offset) => `${partition}/${offset}`));
    const all = [0, 1].flatMap((partition) => Array.from({ length: 10 }, (_, i) => `${partition}/${i}`));
    expect(await written()).toEqual([...all, ...twice].sort());

    await rig.produce(
      topic,
      0,
      Array.from({ length: 10 }, (_, i) => recordOf('k', `later ${i}`)),
    );
    expect((await offsets('--by', '+4', '--partition', '0', '--yes')).skipped).toBe(4);
    await run();
    const later = [14, 15, 16, 17, 18, 19].map((offset) => `0/${offset}`);
    expect(await written()).toEqual([...all, ...twice, ...later].sort());
  });

  it('is refused while the connector runs, and names who runs; a preview is shown', async () => {
    const { offsets, committed, rig, file } = await setUp(1, 10, { 'linger.ms': '100' });
    const running = rig.spawnCli(['run', file]);
    await waitFor(async () => (await committed())[0] === 10, { what: 'the first commit', timeoutMs: 100_000 });
    const preview = await offsets('--to', 'earliest');
    expect(preview).toMatchObject({ applied: false, again: 10 });
    expect(preview.members.length).toBeGreaterThan(0);
    const { code, stderr } = await rig.spawnCli(['offsets', file, '--to', 'earliest', '--yes']).result;
    expect(code).toBe(1);
    expect(stderr).toContain('GROUP_HAS_MEMBERS');
    expect(stderr).toContain(preview.members[0]);
    expect(await committed()).toEqual([10]);
    running.kill('SIGTERM');
    await running.result;
    await offsets('--to', 'earliest', '--yes');
    expect(await committed()).toEqual([0]);
  });

  it('drops the mark of errors.policy=stop, and says so', async () => {
    const { offsets, admin, group, topic } = await setUp(1, 10);
    const stopped = { offset: 6, code: 'VALUE_NOT_UTF8' };
    const metadata = encodeCommitMetadata(6, { stopped, plan: [] });
    await admin.commitOffsets(group, [{ topic, partition: 0, offset: 6, metadata }]);
    expect((await offsets()).partitions).toMatchObject([{ stopped }]);
    const { moves, undo } = await offsets('--by', '+1', '--yes');
    expect(moves).toMatchObject([{ from: 6, to: 7, dropsStopMark: stopped }]);
    expect(undo.lost).toEqual([`what was stored with the commit of ${topic}-0 does not come back`]);
    expect((await admin.committedOffsets(group, topic)).get(0)).toEqual({ offset: 7, metadata: '' });
  });

  it('moves a group whose offset is past the end of the log', async () => {
    const { offsets, commit, run, written } = await setUp(1, 10);
    await commit(500);
    const { moves, undo } = await offsets('--to', '8', '--yes');
    expect(moves).toMatchObject([{ from: 500, to: 8, effect: 'again', offsets: 2 }]);
    expect(undo).toMatchObject({ command: null, lost: [expect.stringContaining('was at 500')] });
    await run();
    expect(await written()).toEqual(['0/8', '0/9']);
  });

  it('says by key what is wrong, and changes nothing', async () => {
    const { rig, file, commit, committed } = await setUp(2, 10, { 'consumer.start.offset': 'latest' });
    const refused = async (...args: readonly string[]) => {
      const { code, stderr } = await rig.spawnCli(['offsets', file, '--yes', ...args]).result;
      expect(code, stderr).toBe(1);
      return stderr;
    };
    expect(await refused('--to', 'earliest', '--partition', '0')).toContain('consumer.start.offset: ');
    expect(await committed()).toEqual([undefined, undefined]);
    await commit(5, 5);
    expect(await refused('--to', '11', '--partition', '0')).toContain('it holds 0 to 10');
    expect(await refused('--to', '3', '--by', '-1')).toContain('cannot be used with');
    expect(await refused()).toContain('--yes needs --to, --by or --set');
    expect(await committed()).toEqual([5, 5]);
  });

  it('exits 2 when Kafka cannot be reached', async () => {
    const rig = await startRig();
    const file = await rig.connectorFile(uniqueName('offsets'), { topics: 'orders' });
    const env = { SPILLWAY_BOOTSTRAP_SERVERS: '127.0.0.1:1' };
    const { code, stderr } = await spawnCli(['offsets', file], env).result;
    expect(code).toBe(2);
    expect(stderr).toContain('BROKER_UNREACHABLE');
  });
});
