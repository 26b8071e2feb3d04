import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { AsyncJournal } from '../../../../../infra/local/fc/async-journal.ts';
import { AsyncQueue, type AsyncQueueOptions } from '../../../../../infra/local/fc/async-queue.ts';
import { defineFunction } from '../../../../../infra/local/fc/function-definition.ts';
import { silentLogger } from '../../../../../shared/logger.ts';
import { temporaryFolder } from '../../../../helpers/temporary-folder.ts';

const RESULT = {
  body: Buffer.from('done'),
  errorType: undefined,
  isCold: false,
  durationMs: 1,
  peakMb: 1,
  instanceId: 'c-1',
  logTail: Buffer.alloc(0),
};

async function queueOf(run: AsyncQueueOptions['run']) {
  const folder = await temporaryFolder();
  const fn = defineFunction({ name: 'fn', code: folder });
  const closing = new AbortController();
  const queue = new AsyncQueue({
    journal: new AsyncJournal(join(folder, 'calls.jsonl'), 0),
    account: { accountId: '1', region: 'cn-hangzhou' },
    functionOf: () => fn,
    run,
    backoffMs: 1,
    clock: () => 0,
    logger: silentLogger,
    closing: closing.signal,
  });
  onTestFinished(() => closing.abort());
  const accept = () =>
    queue.accept(
      { requestId: 'a', function: 'fn', qualifier: 'LATEST', taskId: undefined, event: Buffer.from('[]') },
      0,
    );
  return { queue, accept };
}

it('runs a call again that the stand-in itself could not run, and uses up no retry', async () => {
  const attempts: number[] = [];
  const { queue, accept } = await queueOf(async (_call, attempt) => {
    attempts.push(attempt);
    if (attempts.length < 6) throw new Error('no process could be started');
    return RESULT;
  });
  accept();
  await queue.settled();
  expect(attempts).toEqual([1, 1, 1, 1, 1, 1]);
});

it('runs as often as the function may be run again, and not more', async () => {
  const attempts: number[] = [];
  const { queue, accept } = await queueOf(async (_call, attempt) => {
    attempts.push(attempt);
    return { ...RESULT, errorType: 'UnhandledInvocationError' };
  });
  accept();
  await queue.settled();
  expect(attempts).toEqual([1, 2, 3, 4]);
});
