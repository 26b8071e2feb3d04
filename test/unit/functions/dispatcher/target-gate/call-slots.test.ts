import { describe, expect, it } from 'vitest';
import { CallSlots } from '../../../../../functions/dispatcher/target-gate/call-slots.ts';
import { settle } from '../../../../helpers/manual-clock.ts';

function contextOf(admission = new AbortController(), signal = new AbortController()) {
  return { admission: admission.signal, signal: signal.signal, timeoutMs: 1_000 };
}

/** Slots under a limit that a test may change. */
function setUp(limit: number) {
  const state = { limit };
  const slots = new CallSlots((inFlight) => inFlight < state.limit);
  const entered: string[] = [];
  const enter = async (name: string, context = contextOf()) => {
    const leave = await slots.enter(0, context);
    entered.push(name);
    return leave;
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
    (await first)();
    await settle();
    expect(entered).toEqual(['a', 'b']);
    (await second)();
    (await third)();
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
    (await first)();
    await settle();
    expect(entered).toEqual(['a', 'b']);
    state.limit = 3;
    (await second)();
    await settle();
    expect(entered).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(slots.inFlight).toBe(3);
  });

  it.each(['admission', 'signal'] as const)(
    'lets a caller go whose %s is aborted, and the next one in',
    async (which) => {
      const { entered, enter } = setUp(1);
      const leave = await enter('a');
      const abort = new AbortController();
      const gone = enter('b', { ...contextOf(), [which]: abort.signal });
      const rejected = expect(gone).rejects.toThrow('fenced');
      void enter('c');
      await settle();
      abort.abort(new Error('fenced'));
      await rejected;
      leave();
      await settle();
      expect(entered).toEqual(['a', 'c']);
      await expect(enter('d', { ...contextOf(), [which]: abort.signal })).rejects.toThrow('fenced');
    },
  );
});
