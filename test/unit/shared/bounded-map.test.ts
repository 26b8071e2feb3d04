import { describe, expect, it } from 'vitest';
import { mapBounded } from '../../../shared/bounded-map.ts';
import { settle } from '../../helpers/manual-clock.ts';

/** Work that ends when the test says so. */
function startedBy() {
  const under = new Map<number, PromiseWithResolversOf<string>>();
  const begun: number[] = [];
  const work = (item: number) => {
    begun.push(item);
    let end: PromiseWithResolversOf<string> = { resolve: () => undefined, reject: () => undefined };
    const promise = new Promise<string>((resolve, reject) => {
      end = { resolve, reject };
    });
    under.set(item, end);
    return promise;
  };
  return { begun, work, end: (item: number) => under.get(item) };
}
interface PromiseWithResolversOf<T> {
  resolve(value: T): void;
  reject(reason: Error): void;
}

describe('mapBounded', () => {
  it('keeps so many under way, and gives results in the order of the items', async () => {
    const { begun, work, end } = startedBy();
    const all = mapBounded([1, 2, 3], 2, work);
    expect(begun).toEqual([1, 2]);
    end(2)?.resolve('b');
    await settle();
    expect(begun).toEqual([1, 2, 3]);
    end(3)?.resolve('c');
    end(1)?.resolve('a');
    expect(await all).toEqual(['a', 'b', 'c']);
    expect(await mapBounded([], 5, work)).toEqual([]);
  });

  it('begins nothing after a failure, and throws it when what is under way has ended', async () => {
    const { begun, work, end } = startedBy();
    let over = false;
    const all = mapBounded([1, 2, 3], 2, work).finally(() => {
      over = true;
    });
    end(2)?.reject(new Error('boom'));
    await settle();
    expect([begun, over]).toEqual([[1, 2], false]);
    end(1)?.reject(new Error('and again'));
    await expect(all).rejects.toThrow('boom');
  });
});
