import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AsyncJournal, type QueuedCall } from '../../../../../infra/local/fc/async-journal.ts';
import { temporaryFolder } from '../../../../helpers/temporary-folder.ts';

const DAY_MS = 86_400_000;
const call = (requestId: string, taskId?: string): QueuedCall => ({
  requestId,
  function: 'fn',
  qualifier: 'LATEST',
  taskId,
  event: Buffer.from([0xff, 0x00, 0x41]),
  acceptedAt: 1_000,
  notBefore: 2_000,
});
const journalFile = async () => join(await temporaryFolder(), 'deep', 'calls.jsonl');

it('knows after a restart what is unsettled, and how often it failed', async () => {
  const file = await journalFile();
  const before = new AsyncJournal(file, 1_000);
  const [first, second] = [before.accept(call('a')), before.accept(call('b'))];
  before.accept(call('c'));
  before.failed(second);
  before.failed(second);
  before.settle(first.call);
  for (const journal of [new AsyncJournal(file, 1_000), new AsyncJournal(file, 1_000)]) {
    expect(journal.unsettled()).toEqual([
      { call: call('b'), failures: 2 },
      { call: call('c'), failures: 0 },
    ]);
  }
});

it('leaves out a line that was cut off: nobody was told that the call was taken', async () => {
  const file = await journalFile();
  new AsyncJournal(file, 1_000).accept(call('a'));
  appendFileSync(file, '{"accepted":{"requestId":"b","func');
  const after = new AsyncJournal(file, 1_000);
  expect(after.unsettled().map((each) => each.call.requestId)).toEqual(['a']);
  after.accept(call('c'));
  expect(new AsyncJournal(file, 1_000).unsettled().map((each) => each.call.requestId)).toEqual(['a', 'c']);
});

it('knows the ids of tasks for a week, those of settled calls too', async () => {
  const file = await journalFile();
  const before = new AsyncJournal(file, 1_000);
  before.settle(before.accept(call('a', 'id-1')).call);
  before.accept(call('b', 'id-2'));
  const weekLater = 1_000 + 7 * DAY_MS;
  expect([before.hasTask('fn', 'id-1', weekLater), before.hasTask('other', 'id-1', 1_000)]).toEqual([true, false]);
  expect(before.hasTask('fn', 'id-1', weekLater + 1)).toBe(false);
  for (let restarts = 0; restarts < 2; restarts++) {
    const after = new AsyncJournal(file, weekLater);
    expect(['id-1', 'id-2', 'id-3'].map((id) => after.hasTask('fn', id, weekLater))).toEqual([true, true, false]);
    expect(after.unsettled()).toHaveLength(1);
  }
  expect(new AsyncJournal(file, weekLater + 1).hasTask('fn', 'id-1', 1_000)).toBe(false);
});

it('does not grow with what is over', async () => {
  const file = await journalFile();
  const journal = new AsyncJournal(file, 1_000);
  for (let i = 0; i < 50; i++) journal.settle(journal.accept(call(`r${i}`)).call);
  new AsyncJournal(file, 1_000);
  expect(readFileSync(file, 'utf8')).toBe('');
});
