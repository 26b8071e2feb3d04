import { describe, expect, it } from 'vitest';
import type { Phases } from '../../../../functions/dispatcher/invokers/invoker.ts';
import { Ledger } from '../../../../functions/dispatcher/ledger.ts';
import { PartitionPipeline } from '../../../../functions/dispatcher/partition-pipeline.ts';
import { BlockBuilder } from '../../../../shared/envelope/block-builder.ts';
import { FatalError } from '../../../../shared/errors.ts';
import type { SessionState } from '../../../../shared/sink.ts';
import { allWritten, pipelineDepsForTests, ScriptedInvoker } from '../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

function block(from: number, to: number) {
  const builder = new BlockBuilder({ topic: 'orders', partition: 0 });
  for (let offset = from; offset < to; offset++) {
    builder.add({ offset, timestamp: 0, key: Buffer.from('k'), value: Buffer.from('v') });
  }
  return builder.build();
}

/** A first owner that dies while it commits records 0 to 2, and a second one that finds neither of them in Kafka, but records 20 to 22. */
async function takenOver(phases: Partial<Phases>) {
  const clock = new ManualClock();
  const log: string[] = [];
  const failures: Error[] = [];
  let broker = { offset: 0, metadata: '' };
  const owner = (more: Partial<Phases>) => {
    const all: Phases = {
      prepare: async ({ firstOffset }) => {
        log.push(`prepare ${firstOffset}`);
        return { token: `t${firstOffset}`, refused: [] };
      },
      commit: async ([token]) => void log.push(`commit ${token}`),
      resolve: async () => 'open',
      ...more,
    };
    const invoker = new ScriptedInvoker([allWritten]);
    const deps = pipelineDepsForTests(invoker, clock, { guarantee: 'exactly-once', phases: all });
    const nothing = () => undefined;
    const failed = (error: Error) => void failures.push(error);
    const host = { pause: nothing, resume: nothing, settled: nothing, commitWanted: nothing, failed };
    const place = { topic: 'orders', partition: 0, position: broker.offset, metadata: broker.metadata };
    return new PartitionPipeline(place, false, new Ledger(), deps, host);
  };
  const commit = async (pipeline: PartitionPipeline) => {
    for (let step = 0; step < 3; step++) {
      const entry = pipeline.toCommit;
      if (entry !== undefined) {
        broker = { offset: entry.offset, metadata: entry.metadata };
        pipeline.committed(entry);
      }
      await settle();
    }
    return { log: log.splice(0), failures, offset: broker.offset };
  };

  const killed = owner({ commit: () => new Promise(() => undefined) });
  killed.accept(block(0, 3), 0);
  expect((await commit(killed)).log).toEqual(['prepare 0']);
  killed.release();

  const next = owner(phases);
  next.accept(block(20, 23), 0);
  next.progressed(23, 23);
  return { committed: () => commit(next) };
}

describe('a session whose records Kafka no longer has', () => {
  it('is committed before later records are, where order matters: they may have its keys', async () => {
    let answer: (state: SessionState) => void = () => undefined;
    const resolve = () =>
      new Promise<SessionState>((resolved) => {
        answer = resolved;
      });
    const { committed } = await takenOver({ resolve });
    expect((await committed()).log).toEqual([]);
    answer('open');
    expect((await committed()).log).toEqual(['commit t0', 'prepare 20', 'commit t20']);
    expect(await committed()).toMatchObject({ offset: 23, failures: [] });
  });

  it('lets nothing go behind it when it fails', async () => {
    const doubtful = new FatalError('ROWS_DOUBTFUL', 'some are there', { scope: 'partition' });
    const { committed } = await takenOver({ resolve: () => Promise.reject(doubtful) });
    expect(await committed()).toMatchObject({ log: [], offset: 0, failures: [doubtful] });
  });
});
