import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../../../functions/control-plane/status-board.ts';
import type { StatusEntry, StatusKey } from '../../../../../functions/control-plane/store/status-records.ts';
import { type Put, StatusView } from '../../../../../functions/control-plane/store/status-view.ts';

const key: StatusKey = { kind: 'task', connector: 'a', task: 0 };
const said = (state: RunState, workerId: string, generation: number): StatusEntry => ({
  kind: 'status',
  status: { state, workerId, generation, version: '1' },
});
const put = (entry: StatusEntry | null): Put => ({ key, entry });
const at = (offset: number, partition = 0) => ({ partition, offset });

describe('what the status topic amounts to', () => {
  it('a put shows at once, and the last in the topic counts once it is written', () => {
    const view = new StatusView();
    view.take(key, said('RUNNING', 'other', 1), at(0), false);
    const mine = put(said('PAUSED', 'me', 2));
    expect(view.put(mine)).toBe(true);
    expect(view.get(key)).toBe(mine.entry);
    view.confirmed(mine, at(5));
    // Written before, read after.
    view.take(key, said('FAILED', 'other', 2), at(4), true);
    expect(view.get(key)).toBe(mine.entry);
    view.take(key, said('UNASSIGNED', 'other', 2), at(6), true);
    expect(view.get(key)).toMatchObject({ status: { state: 'UNASSIGNED' } });
  });

  it('goes on where partitions were added to the topic and a key has another one', () => {
    const view = new StatusView();
    view.take(key, said('RUNNING', 'other', 3), at(900), false);
    view.take(key, said('FAILED', 'other', 3), at(2, 7), true);
    expect(view.get(key)).toMatchObject({ status: { state: 'FAILED' } });
    const mine = put(said('PAUSED', 'me', 4));
    view.put(mine);
    view.confirmed(mine, at(1, 8));
    expect(view.get(key)).toBe(mine.entry);
  });

  it('takes the newer generation of a key that stands in two partitions, in whatever order they are read', () => {
    const records = [
      { entry: said('RUNNING', 'old', 3), place: at(900) },
      { entry: said('FAILED', 'new', 5), place: at(2, 7) },
    ];
    for (const order of [records, records.toReversed()]) {
      const view = new StatusView();
      for (const { entry, place } of order) view.take(key, entry, place, false);
      expect(view.get(key)).toMatchObject({ status: { state: 'FAILED' } });
      view.take(key, null, at(950), false);
      expect(view.get(key)).toMatchObject({ status: { state: 'FAILED' } });
    }
  });

  it('what was forgotten does not come back by its own older record', () => {
    const view = new StatusView();
    const [first, gone] = [put(said('RUNNING', 'me', 1)), put(null)];
    view.put(first);
    expect([...view.connectors()]).toEqual(['a']);
    view.put(gone);
    expect([...view.connectors()]).toEqual([]);
    expect([view.isWanted(first), view.isWanted(gone)]).toEqual([false, true]);
    view.confirmed(gone, at(1));
    view.take(key, first.entry, at(0), true);
    expect(view.get(key)).toBeUndefined();
    view.take(key, null, at(1), true);
    expect([...view.of('a')]).toEqual([]);
    expect([...view.connectors()]).toEqual([]);
  });

  it('a newer generation of another worker is not put over, and takes the place of a put', () => {
    const view = new StatusView();
    const mine = put(said('RUNNING', 'me', 3));
    view.put(mine);
    view.take(key, said('RUNNING', 'other', 4), at(0), true);
    expect(view.isWanted(mine)).toBe(false);
    expect(view.get(key)).toMatchObject({ status: { workerId: 'other' } });
    expect(view.put(put(said('UNASSIGNED', 'me', 3)))).toBe(false);
    expect(view.put(put(said('RUNNING', 'me', 4)))).toBe(true);
    expect(view.mine()).toHaveLength(1);
  });

  it('what was there before anybody listened is put over, whatever its generation: the group may have been made anew since', () => {
    const view = new StatusView();
    view.take(key, said('RUNNING', 'other', 400), at(0), false);
    expect(view.put(put(said('RUNNING', 'me', 1)))).toBe(true);
    expect(view.get(key)).toMatchObject({ status: { workerId: 'me' } });
  });

  it('of a partition that is read anew the old answers stand until the new ones are in', () => {
    const view = new StatusView();
    const other: StatusKey = { kind: 'task', connector: 'a', task: 1 };
    view.take(key, said('RUNNING', 'w', 1), at(8), true);
    view.take(other, said('RUNNING', 'w', 1), at(9), true);
    view.take({ kind: 'connector', connector: 'a' }, said('RUNNING', 'w', 1), at(3, 1), true);
    view.began(0);
    expect([...view.of('a')]).toHaveLength(3);
    view.take(other, said('FAILED', 'w', 1), at(0), false);
    view.reached(0);
    expect([...view.of('a')].map(({ key: { kind } }) => kind).sort()).toEqual(['connector', 'task']);
    expect(view.get(other)).toMatchObject({ status: { state: 'FAILED' } });
    expect(view.get(key)).toBeUndefined();
  });

  it('knows what to put again: its last words, and nothing it took back', () => {
    const view = new StatusView();
    const kept = put(said('PAUSED', 'me', 1));
    const gone: Put = { key: { kind: 'connector', connector: 'b' }, entry: null };
    view.put(put(said('RUNNING', 'me', 1)));
    view.put(kept);
    view.put(gone);
    view.confirmed(kept, at(0));
    view.confirmed(gone, at(1));
    expect(view.mine()).toEqual([kept]);
  });
});
