import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assign,
  type Claimant,
  type Share,
  type WantedConnector,
} from '../../../../functions/control-plane/assignor.ts';

const NOTHING: Share = { connectors: [], tasks: new Map() };

/** Wanted connectors by name, with their tasks. */
function wanted(tasks: Readonly<Record<string, number>>): WantedConnector[] {
  return Object.entries(tasks).map(([name, count]) => ({ name, tasks: count }));
}

function newcomer(id: string): Claimant {
  return { id, generation: 0, has: NOTHING };
}

/** Members that come with what they were given. */
function again(shares: ReadonlyMap<string, Share>, generation = 1): Claimant[] {
  return [...shares].map(([id, has]) => ({ id, generation, has }));
}

function taskNames({ tasks }: Share): string[] {
  return [...tasks].flatMap(([name, ids]) => ids.map((id) => `${name}-${id}`));
}

function plain(shares: ReadonlyMap<string, Share>): Record<string, string> {
  return Object.fromEntries(
    [...shares].sort().map(([id, share]) => [id, [...share.connectors, ...taskNames(share)].join(' ')]),
  );
}

describe('assign', () => {
  it('spreads the tasks of a connector over the workers', () => {
    const shares = assign(wanted({ a: 2, b: 2 }), [newcomer('w1'), newcomer('w2')]);
    expect(plain(shares)).toEqual({ w1: 'a a-0 b-0', w2: 'b a-1 b-1' });
  });

  it('gives a worker that comes its part, and moves nothing else', () => {
    const two = assign(wanted({ a: 6 }), [newcomer('w1'), newcomer('w2')]);
    const three = assign(wanted({ a: 6 }), [...again(two), newcomer('w3')]);
    expect(plain(three)).toEqual({ w1: 'a a-0 a-2', w2: 'a-1 a-3', w3: 'a-4 a-5' });
  });

  it('gives what a worker had that went to the others', () => {
    const three = assign(wanted({ a: 3 }), [newcomer('w1'), newcomer('w2'), newcomer('w3')]);
    const [first, , third] = again(three);
    const two = assign(
      wanted({ a: 3 }),
      [first, third].flatMap((claimant) => claimant ?? []),
    );
    expect(plain(two)).toEqual({ w1: 'a a-0 a-1', w3: 'a-2' });
  });

  it('believes the newer of two that claim the same', () => {
    const has: Share = { connectors: ['a'], tasks: new Map([['a', [0]]]) };
    const shares = assign(wanted({ a: 1 }), [
      { id: 'stale', generation: 3, has },
      { id: 'present', generation: 4, has },
    ]);
    expect(plain(shares)).toEqual({ present: 'a a-0', stale: '' });
  });

  it('gives nothing that is not wanted, whoever claims it', () => {
    const has: Share = {
      connectors: ['gone', 'a', 'a'],
      tasks: new Map([
        ['gone', [0]],
        ['a', [0, 7, 0]],
      ]),
    };
    expect(plain(assign(wanted({ a: 1 }), [{ id: 'w1', generation: 1, has }]))).toEqual({ w1: 'a a-0' });
  });

  it('has nobody to give anything to', () => {
    expect(assign(wanted({ a: 1 }), [])).toEqual(new Map());
  });

  it('shares out a thousand connectors without being felt', () => {
    const many = wanted(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`c${i}`, 6])));
    const one = assign(many, [newcomer('w1')]);
    const three = assign(many, [...again(one), newcomer('w2'), newcomer('w3')]);
    expect([...three.values()].map((share) => taskNames(share).length)).toEqual([2_000, 2_000, 2_000]);
  });
});

describe('assign, whatever comes and goes', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const connectors = fc
    .uniqueArray(fc.constantFrom(...names), { maxLength: 5 })
    .chain((chosen) => fc.tuple(...chosen.map((name) => fc.record({ name: fc.constant(name), tasks: fc.nat(7) }))));
  const members = fc.uniqueArray(fc.constantFrom('w1', 'w2', 'w3', 'w4', 'w5'), { minLength: 1 });
  /** A claim to anything at all. */
  const anyShare = fc
    .record({
      connectors: fc.array(fc.constantFrom(...names)),
      tasks: fc.dictionary(fc.constantFrom(...names), fc.array(fc.nat(8))),
    })
    .map(({ connectors: own, tasks }): Share => ({ connectors: own, tasks: new Map(Object.entries(tasks)) }));
  const claimants = members.chain((ids) =>
    fc.tuple(...ids.map((id) => fc.record({ id: fc.constant(id), generation: fc.nat(3), has: anyShare }))),
  );

  function sizes(shares: ReadonlyMap<string, Share>, size: (share: Share) => number): number {
    const all = [...shares.values()].map(size);
    return Math.max(...all) - Math.min(...all);
  }

  it('gives every task and every connector exactly once, balanced within one', () => {
    fc.assert(
      fc.property(connectors, claimants, (wantedNow, members) => {
        const shares = assign(wantedNow, members);
        const every = wantedNow.flatMap(({ name, tasks }) => Array.from({ length: tasks }, (_, id) => `${name}-${id}`));
        expect([...shares.values()].flatMap(taskNames).sort()).toEqual(every.sort());
        const watched = [...shares.values()].flatMap((share) => share.connectors);
        expect(watched.sort()).toEqual(wantedNow.map(({ name }) => name).sort());
        expect(sizes(shares, (share) => taskNames(share).length)).toBeLessThanOrEqual(1);
        expect(sizes(shares, (share) => share.connectors.length)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('does not depend on the order of the question', () => {
    fc.assert(
      fc.property(connectors, claimants, (wantedNow, members) => {
        const turned = assign([...wantedNow].reverse(), [...members].reverse());
        expect(plain(turned)).toEqual(plain(assign(wantedNow, members)));
      }),
    );
  });

  it('moves nothing when nothing changed', () => {
    fc.assert(
      fc.property(connectors, claimants, (wantedNow, members) => {
        const once = assign(wantedNow, members);
        expect(plain(assign(wantedNow, again(once)))).toEqual(plain(once));
      }),
    );
  });

  it('moves no more than balance asks for', () => {
    fc.assert(
      fc.property(connectors, members, members, (wantedNow, before, after) => {
        const had = assign(wantedNow, before.map(newcomer));
        const now = assign(
          wantedNow,
          after.map((id) => ({ id, generation: had.has(id) ? 1 : 0, has: had.get(id) ?? NOTHING })),
        );
        const total = wantedNow.reduce((sum, { tasks }) => sum + tasks, 0);
        const least = Math.floor(total / after.length);
        const kept = (id: string) => {
          const mine = new Set(taskNames(had.get(id) ?? NOTHING));
          return taskNames(now.get(id) ?? NOTHING).filter((task) => mine.has(task)).length;
        };
        // Whoever had no more than its even part keeps all of it, and nobody loses what it may keep.
        for (const id of after) {
          const size = taskNames(had.get(id) ?? NOTHING).length;
          expect(kept(id)).toBeGreaterThanOrEqual(Math.min(size, least));
        }
      }),
    );
  });
});
