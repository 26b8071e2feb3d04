import { BaseConnection, type ConnectionRequestResponse } from '@elastic/elasticsearch';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RevivingPool } from '../../../../../functions/elasticsearch-sink/client/reviving-pool.ts';

let looks: { readonly host: string; readonly answer: (status: number) => void }[] = [];

class Node extends BaseConnection {
  override async request(): Promise<never> {
    const status = await new Promise<number>((resolve) => looks.push({ host: this.url.host, answer: resolve }));
    return { statusCode: status, headers: {}, body: '' } satisfies ConnectionRequestResponse as never;
  }
}

/** Only the clock is a stand-in: promises settle by themselves. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  looks = [];
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const pool = new RevivingPool({ Connection: Node as typeof BaseConnection });
  pool.addConnection([{ url: new URL('http://a') }, { url: new URL('http://b') }]);
  const ask = () =>
    pool.getConnection({
      now: Date.now(),
      requestId: 1,
      name: 'x',
      context: null,
      selector: ([first]) => first as BaseConnection,
    })?.url.host;
  const [a, b] = pool.connections;
  if (a === undefined || b === undefined) throw new Error('there are two');
  return { pool, ask, a, b };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('RevivingPool', () => {
  it('leaves a dead node out, and looks whether it is back after a second, once at a time', async () => {
    const { pool, ask, a } = setUp();
    pool.markDead(a);
    expect([ask(), ask()]).toEqual(['b', 'b']);
    expect(looks).toHaveLength(0);
    vi.setSystemTime(Date.now() + 1_000);
    expect([ask(), ask(), ask()]).toEqual(['b', 'b', 'b']);
    expect(looks.map(({ host }) => host)).toEqual(['a']);
    looks[0]?.answer(405);
    await settled();
    expect(ask()).toBe('a');
  });

  it('looks less and less often at a node that stays away, but once a minute at least', async () => {
    const { pool, ask, a } = setUp();
    pool.markDead(a);
    const waits: number[] = [];
    let lastAt = Date.now();
    for (let look = 0; look < 10; look++) {
      while (looks.length === look) {
        vi.setSystemTime(Date.now() + 500);
        ask();
      }
      waits.push(Date.now() - lastAt);
      lastAt = Date.now();
      looks[look]?.answer(503);
      await settled();
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 64_000, 64_000, 64_000]);
  });

  it('uses all nodes while none is alive', () => {
    const { pool, ask, a, b } = setUp();
    pool.markDead(a);
    pool.markDead(b);
    expect(ask()).toBe('a');
  });
});
