import { describe, expect, it } from 'vitest';
import { Breath } from '../../../shared/breath.ts';

/** An event loop whose time passes by work alone. */
function setUp() {
  let now = 0;
  const turns: (() => void)[] = [];
  const breath = new Breath(
    () => now,
    (callback) => turns.push(callback),
  );
  const work = (ms: number) => {
    now += ms;
  };
  /** As the event loop: what is asked for in this turn is of the next one. */
  const turn = async () => {
    for (const callback of turns.splice(0)) callback();
    for (let hops = 0; hops < 5; hops++) await Promise.resolve();
  };
  return { breath, work, turn, turns };
}

describe('Breath', () => {
  it('lets short work go on', () => {
    const { breath, work } = setUp();
    for (let unit = 0; unit < 9; unit++) {
      expect(breath.take()).toBeUndefined();
      work(1);
    }
  });

  it('ends a turn that was long enough, and begins the next one anew', async () => {
    const { breath, work, turn } = setUp();
    breath.take();
    work(10);
    const taken = breath.take();
    expect(taken).toBeInstanceOf(Promise);
    let went = false;
    void taken?.then(() => (went = true));
    await turn();
    expect(went).toBe(true);
    expect(breath.take()).toBeUndefined();
  });

  it('does not count the time between turns', async () => {
    const { breath, work, turn } = setUp();
    breath.take();
    await turn();
    work(5_000);
    expect(breath.take()).toBeUndefined();
  });

  it('lets those that wait go on one a turn, in their order, and no other before them', async () => {
    const { breath, work, turn, turns } = setUp();
    const went: string[] = [];
    const runner = async (name: string) => {
      for (let unit = 0; unit < 2; unit++) {
        await breath.take();
        went.push(name);
        work(10);
      }
    };
    breath.take();
    work(10);
    void runner('a');
    void runner('b');
    void runner('c');
    while (turns.length > 0) {
      const before = went.length;
      await turn();
      expect(went.length - before).toBeLessThanOrEqual(1);
    }
    expect(went).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });
});
