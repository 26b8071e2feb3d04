/** What makes an asynchronous call another one than an earlier call for the same records, as long as a partition is owned and beyond. */
import { expect, it } from 'vitest';
import { encodeCommitMetadata } from '../../../../functions/dispatcher/commit-metadata.ts';
import type { Invoker } from '../../../../functions/dispatcher/invokers/invoker.ts';
import { Ledger } from '../../../../functions/dispatcher/ledger.ts';
import { PartitionPipeline } from '../../../../functions/dispatcher/partition-pipeline.ts';
import { blockAt, pipelineDepsForTests } from '../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

let made = 0;
const none = () => undefined;
const HOST = { pause: none, resume: none, settled: none, commitWanted: none, failed: none };

/** Owns a partition at `position`, for two batches. */
async function owned(metadata: string, { position = 0, tells = true } = {}) {
  const occasions: (string | undefined)[] = [];
  const invoker: Invoker = {
    invoke: async (batch, { occasion }) => {
      occasions.push(occasion);
      return { all: 'written', count: batch.count };
    },
    close: () => Promise.resolve(),
  };
  const clock = new ManualClock();
  const newOccasion = tells ? () => `new-${++made}` : undefined;
  const deps = { ...pipelineDepsForTests(invoker, clock), ...(newOccasion === undefined ? {} : { newOccasion }) };
  const tp = { topic: 'orders', partition: 0, position, metadata };
  const pipeline = new PartitionPipeline(tp, false, new Ledger(), deps, HOST);
  pipeline.accept(blockAt([0, 1, 2, 3, 4, 5].map((offset) => offset + position)), clock.now());
  await settle();
  return { occasions, metadata: pipeline.toCommit?.metadata ?? '' };
}

it('a partition whose commit has no occasion begins one, and its next owner goes on with it', async () => {
  const first = await owned('');
  const [occasion] = first.occasions;
  expect(first.occasions).toEqual([expect.stringContaining('new-'), occasion]);
  expect((await owned(first.metadata, { position: 6 })).occasions).toEqual([occasion, occasion]);
});

it('a partition that somebody moved begins a new one, whatever tool it was', async () => {
  const old = encodeCommitMetadata(0, { stopped: undefined, plan: [], occasion: 'old' });
  expect((await owned(old)).occasions).toEqual(['old', 'old']);
  // `spillway offsets` and Kafka's own tools leave metadata out; a copy of it is of another offset.
  const [moved] = (await owned('', { position: 2 })).occasions;
  const [copied] = (await owned(old, { position: 2 })).occasions;
  expect(new Set(['old', moved, copied]).size).toBe(3);
});

it('nothing is told or stored where calls have no ids', async () => {
  expect(await owned('', { tells: false })).toEqual({ occasions: [undefined, undefined], metadata: '' });
});
