import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionIn } from '../../../../shared/kafka/assigned-positions.ts';
import { planStart } from '../../../../shared/kafka/start-positions.ts';
import { partitionName, type TopicPartition } from '../../../../shared/records.ts';

const tps = (...list: string[]): TopicPartition[] =>
  list.map((name) => ({
    topic: name.slice(0, name.lastIndexOf('-')),
    partition: Number(name.slice(name.lastIndexOf('-') + 1)),
  }));

function plan(
  all: string[],
  committed: string[],
  options: { isPattern?: boolean; readBefore?: string[]; atFirst?: string[] } = {},
) {
  const { atStart, atBeginning } = planStart(tps(...all), (tp) => committed.includes(partitionName(tp)), {
    isPattern: options.isPattern ?? false,
    readBefore: new Set(options.readBefore ?? []),
    atFirst: new Set(options.atFirst ?? tps(...all).map(({ topic }) => topic)),
  });
  return { start: atStart.map(partitionName), beginning: atBeginning.map(partitionName) };
}

describe('planStart', () => {
  it('a group without commits starts where the configuration says, all of it', () => {
    expect(plan(['a-0', 'a-1', 'b-0'], [])).toEqual({ start: ['a-0', 'a-1', 'b-0'], beginning: [] });
    expect(plan(['a-0', 'b-0'], [], { isPattern: true })).toEqual({ start: ['a-0', 'b-0'], beginning: [] });
  });

  it('a partition added to a topic the group reads starts at its beginning', () => {
    expect(plan(['a-0', 'a-1', 'a-2'], ['a-0', 'a-1'])).toEqual({ start: [], beginning: ['a-2'] });
  });

  it('a topic added to a list is new to the group, one that a pattern finds later is not', () => {
    expect(plan(['a-0', 'b-0'], ['a-0'])).toEqual({ start: ['b-0'], beginning: [] });
    expect(plan(['a-0', 'b-0'], ['a-0'], { isPattern: true })).toEqual({ start: [], beginning: ['b-0'] });
  });

  it('a topic that a pattern finds after nothing matched for a while is not new either', () => {
    expect(plan(['a-0'], [], { isPattern: true, atFirst: [] })).toEqual({ start: [], beginning: ['a-0'] });
    expect(plan(['a-0'], [], { atFirst: [] })).toEqual({ start: ['a-0'], beginning: [] });
  });

  it('a topic that was read before and has no commit was made anew', () => {
    expect(plan(['a-0', 'b-0'], ['b-0'], { readBefore: ['a', 'b'] })).toEqual({ start: [], beginning: ['a-0'] });
  });

  it('what is committed is never touched', () => {
    expect(plan(['a-0'], ['a-0'])).toEqual({ start: [], beginning: [] });
  });
});

describe('positionIn', () => {
  it('is in the log, or at its start after a gap, or halted: nothing is skipped silently', () => {
    const offset = fc.nat(1_000);
    fc.assert(
      fc.property(offset, offset, fc.nat(500), (committed, start, length) => {
        const end = start + length;
        const found = positionIn({ topic: 't', partition: 1 }, committed, start, end);
        if (committed < start) expect(found).toEqual({ position: start, gap: { from: committed, to: start } });
        else if (committed <= end) expect(found).toEqual({ position: committed });
        else
          expect(found).toMatchObject({
            position: committed,
            halted: { code: 'OFFSET_PAST_END', message: expect.stringContaining('t-1') },
          });
      }),
    );
  });
});
