import { expect, it } from 'vitest';
import { KeyedQueue } from '../../../../../infra/local/oss/keyed-queue.ts';

it('runs one at a time for a key, others beside it, and goes on after a failure', async () => {
  const queue = new KeyedQueue();
  const steps: string[] = [];
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = queue.run('a', async () => {
    steps.push('first begins');
    await gate;
    steps.push('first fails');
    throw new Error('first');
  });
  const second = queue.run('a', async () => steps.push('second'));
  await queue.run('b', async () => steps.push('other'));
  release();
  await expect(first).rejects.toThrow('first');
  await second;
  expect(steps).toEqual(['first begins', 'other', 'first fails', 'second']);
});
