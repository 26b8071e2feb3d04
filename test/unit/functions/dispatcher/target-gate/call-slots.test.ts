import { describe, expect, it } from 'vitest';
import { CallSlots } from '../../../../../functions/dispatcher/target-gate/call-slots.ts';
import { settle } from '../../../../helpers/manual-clock.ts';

function contextOf(admission = new AbortController(), signal = new AbortController()) {
  return { admission: admission.signal, signal: signal.signal };
}

/** Slots under a limit that a test may change. */
function setUp(limit: number) {
  const state = { limit };
  const slots = new CallSlots((taken) => taken < state.limit);
  const entered: string[] = [];
  const enter = async (name: string, context = contextOf()) => {
    const place = await slots.enter(context);
    entered.push(name);
    return place;
  };
  return { state, slots, entered, enter };
}

describe('CallSlots', () => {
  it('serves in the order they came', async () => {
    const { slots, entered, enter } = setUp(1);
    const first = enter('a');
    const second = enter('b');
    const third = enter('c');
    await settle();
    expect(entered).toEqual(['a']);
    expect(slots.inFlight).toBe(1);
    (await first).leave();
    await settle();
    expect(entered).toEqual(['a', 'b']);
    (await second).leave();
    (await third).leave();
    expect(entered).toEqual(['a', 'b', 'c']);
    expect(slots.inFlight).toBe(0);
  });

  it('lets as many in as the limit then is', async () => {
    const { state, slots, entered, enter } = setUp(2);
    const first = enter('a');
    const second = enter('b');
    for (const name of ['c', 'd', 'e']) void enter(name);
    await settle();
    state.limit = 1;
    (await first).leave();
    await settle();
    expect(entered).toEqual(['a', 'b']);
    state.limit = 3;
    (await second).leave();
    await settle();
    expect(entered).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(slots.inFlight).toBe(3);
  });

  it('gives the place of a call that is stuck to the next one, once, and counts the call until it ends', async () => {
    const { slots, entered, enter } = setUp(1);
    const stuck = await enter('stuck');
    const names = ['b', 'c', 'd'];
    const [b] = names.map((name) => enter(name));
    stuck.free();
    stuck.free();
    await settle();
    expect(entered).toEqual(['stuck', 'b']);
    expect(slots.inFlight).toBe(2);
    // Its end frees nothing again.
    stuck.leave();
    await settle();
    expect(entered).toEqual(['stuck', 'b']);
    expect(slots.inFlight).toBe(1);
    (await b)?.leave();
    await settle();
    expect(entered).toEqual(['stuck', 'b', 'c']);
    expect(slots.inFlight).toBe(1);
  });

  it.each(['admission', 'signal'] as const)(
    'lets a caller go whose %s is aborted, and the next one in',
    async (which) => {
      const { entered, enter } = setUp(1);
      const place = await enter('a');
      const abort = new AbortController();
      const gone = enter('b', { ...contextOf(), [which]: abort.signal });
      const rejected = expect(gone).rejects.toThrow('fenced');
      void enter('c');
      await settle();
      abort.abort(new Error('fenced'));
      await rejected;
      place.leave();
      await settle();
      expect(entered).toEqual(['a', 'c']);
      await expect(enter('d', { ...contextOf(), [which]: abort.signal })).rejects.toThrow('fenced');
    },
  );
});
