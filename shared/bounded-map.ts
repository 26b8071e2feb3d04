/** `work` for each of `items`, at most `atOnce` of them at one time, begun in order. Resolves with the results in the order of the items. After
 *  the first failure nothing more is begun; what is under way is waited for, so that nothing goes on behind the caller's back.
 *  @throws what the first `work` to fail threw */
export async function mapBounded<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failure: { readonly thrown: unknown } | undefined;
  const takeTurns = async () => {
    while (failure === undefined && next < items.length) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T);
      } catch (thrown) {
        failure ??= { thrown };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, takeTurns));
  if (failure !== undefined) throw failure.thrown;
  return results;
}
