import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FcFunction } from '../../../../../infra/local/fc/function-definition.ts';
import { defineFunction } from '../../../../../infra/local/fc/function-definition.ts';
import type { Instance, InstanceStart } from '../../../../../infra/local/fc/instance.ts';
import { InstancePool } from '../../../../../infra/local/fc/instance-pool.ts';

/** What the pool has of an instance, without a process. */
class FakeInstance {
  isEnding = false;
  #end: () => void = () => undefined;
  readonly #ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });
  kill(): void {
    this.isEnding = true;
    this.#end();
  }
  ended(): Promise<void> {
    return this.#ended;
  }
}

function poolForTest(settings: Partial<FcFunction> = {}, start: InstanceStart = { kind: 'ready' }) {
  const instances: FakeInstance[] = [];
  const delays: number[] = [];
  const fn = defineFunction({ name: 'fn', code: tmpdir(), ...settings });
  const pool = new InstancePool(fn, async (extraMs) => {
    delays.push(extraMs);
    const instance = new FakeInstance();
    instances.push(instance);
    return { instance: instance as unknown as Instance, start };
  });
  return { pool, instances, delays };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('InstancePool', () => {
  it('uses an idle instance again, and starts another for a call beside it', async () => {
    const { pool, instances } = poolForTest();
    const first = pool.lease();
    const second = pool.lease();
    await settled();
    expect([first.isCold, second.isCold, instances.length]).toEqual([true, true, 2]);
    first.release();
    const third = pool.lease();
    expect([third.isCold, (await third.started).instance]).toEqual([false, (await first.started).instance]);
  });

  it('gives as many places in an instance as it takes calls, also while it starts', () => {
    const { pool, instances } = poolForTest({ instanceConcurrency: 3, maxInstances: 1 });
    expect([pool.lease().isCold, pool.lease().isCold, pool.lease().isCold]).toEqual([true, false, false]);
    expect(instances).toHaveLength(1);
    expect(() => pool.lease()).toThrow('Reserve resource exceeded limit');
  });

  it('has no more instances than there may be; one that ends makes room', async () => {
    const { pool, instances } = poolForTest({ maxInstances: 1 });
    pool.lease();
    await settled();
    expect(() => pool.lease()).toThrow('Reserve resource exceeded limit');
    instances[0]?.kill();
    await settled();
    expect(pool.lease().isCold).toBe(true);
    expect(() => poolForTest({ maxInstances: 0 }).pool.lease()).toThrow('Reserve resource exceeded limit');
  });

  it('never gives a place in an instance that is about to end', async () => {
    const { pool, instances } = poolForTest();
    const lease = pool.lease();
    await settled();
    lease.release();
    Object.assign(instances[0] ?? {}, { isEnding: true });
    expect(pool.lease().isCold).toBe(true);
  });

  it('starts a new one when told, in the place of an idle one if need be, with the delays added up', async () => {
    const { pool, instances, delays } = poolForTest({ maxInstances: 1, coldStartMs: 5 });
    pool.lease().release();
    await settled();
    expect(pool.lease(7).isCold).toBe(true);
    expect([delays, instances.map(({ isEnding }) => isEnding)]).toEqual([
      [5, 12],
      [true, false],
    ]);
  });

  it('ends instances that idle for long, and only those', async () => {
    const { pool, instances } = poolForTest();
    const [first, second] = [pool.lease(), pool.lease()];
    await settled();
    first.release();
    await vi.advanceTimersByTimeAsync(60_000);
    pool.lease().release();
    second.release();
    pool.lease();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(instances.map(({ isEnding }) => isEnding)).toEqual([false, false]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(instances.map(({ isEnding }) => isEnding)).toEqual([false, true]);
  });

  it('lets running calls end when it is retired, and nothing else', async () => {
    const { pool, instances } = poolForTest();
    const [first, second] = [pool.lease(), pool.lease()];
    await settled();
    first.release();
    pool.retire();
    expect(instances.map(({ isEnding }) => isEnding)).toEqual([true, false]);
    second.release();
    expect(instances.map(({ isEnding }) => isEnding)).toEqual([true, true]);
  });

  it('kills all that run, and says how many', async () => {
    const { pool, instances } = poolForTest();
    pool.lease();
    pool.lease();
    await settled();
    expect([pool.killAll(), pool.killAll(), instances.every(({ isEnding }) => isEnding)]).toEqual([2, 0, true]);
  });

  it('does not keep one whose function could not be loaded', async () => {
    const { pool, instances } = poolForTest(
      { maxInstances: 1 },
      { kind: 'failed', stage: 'load', body: Buffer.alloc(0) },
    );
    pool.lease().release();
    await settled();
    expect(instances[0]?.isEnding).toBe(true);
    expect(pool.lease().isCold).toBe(true);
  });
});
