import { describe, expect, it } from 'vitest';
import { DIFFERENCES, DIFFERENT } from '../../../../helpers/connect-replay/differences.ts';
import { golden } from '../../../../helpers/connect-replay/golden.ts';
import { replay } from '../../../../helpers/connect-replay/replay.ts';
import { MEMORY_VERSION, workerInMemory } from '../../../../helpers/connect-replay/worker-in-memory.ts';

describe('what a Kafka Connect worker answered', async () => {
  const worker = await workerInMemory();
  const outcomes = await replay(worker, golden(MEMORY_VERSION));
  await worker.stop();

  it('is replayed whole', () => {
    expect(outcomes).toHaveLength(320);
  });

  it('is what ours answers, but for the differences that are listed', () => {
    const unlisted = outcomes.filter(({ entry, differs }) => !DIFFERENT.has(entry.id) && differs.length > 0);
    expect(unlisted.map(({ entry, differs }) => ({ id: entry.id, note: entry.note, differs }))).toEqual([]);
  });

  it.each(DIFFERENCES)('differs in $name as listed, and in all that is listed', ({ answers }) => {
    const listed = Object.entries(answers).flatMap(([status, list]) => list.map((id) => [id, Number(status), true]));
    const found = listed.map(([id]) => {
      const outcome = outcomes.find(({ entry }) => entry.id === id);
      return [id, outcome?.answer.status, (outcome?.differs.length ?? 0) > 0];
    });
    expect(found).toEqual(listed);
  });

  it('answers every refusal in the one form, and shows no stack trace', () => {
    for (const { entry, answer } of outcomes) {
      if (answer.status < 400 || entry.request.method === 'HEAD') continue;
      const { error_code, message, ...rest } = JSON.parse(answer.text);
      expect([entry.id, error_code, typeof message, rest]).toEqual([entry.id, answer.status, 'string', {}]);
      expect(message).not.toMatch(/\n\s+at /);
    }
  });
});
