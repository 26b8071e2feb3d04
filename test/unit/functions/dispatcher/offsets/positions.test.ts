import { describe, expect, it } from 'vitest';
import { readPositions } from '../../../../../functions/dispatcher/offsets/positions.ts';
import type { KafkaAdmin, StartOffset } from '../../../../../shared/kafka/driver.ts';
import { source } from './facts.ts';

/** Every partition holds 10 to 100, and has reached offset 50 at any time. */
function admin(topics: Readonly<Record<string, Readonly<Record<number, number | undefined>>>>) {
  const of = (topic: string) =>
    Object.entries(topics[topic] ?? {}).map(([id, offset]) => [Number(id), offset] as const);
  const fake: Pick<KafkaAdmin, 'listTopics' | 'describeTopics' | 'listOffsets' | 'committedOffsets'> = {
    listTopics: async () => Object.keys(topics),
    describeTopics: async (names) =>
      names.filter((name) => name in topics).map((name) => ({ name, partitions: of(name).map(([id]) => id) })),
    listOffsets: async (topic: string, at: StartOffset) =>
      new Map(of(topic).map(([id]) => [id, at === 'earliest' ? 10 : at === 'latest' ? 100 : 50])),
    committedOffsets: async (_group, topic) =>
      new Map(of(topic).flatMap(([id, offset]) => (offset === undefined ? [] : [[id, { offset, metadata: '' }]]))),
  };
  return fake as KafkaAdmin;
}

const nexts = async (...args: Parameters<typeof readPositions>) =>
  (await readPositions(...args)).map(({ topic, partition, next }) => `${topic}-${partition}: ${next}`);

describe('readPositions', () => {
  it('goes on at the commit, within the log', async () => {
    const found = await nexts(admin({ orders: { 0: 20, 1: 500, 2: 3 } }), source);
    expect(found).toEqual(['orders-0: 20', 'orders-1: 100', 'orders-2: 10']);
  });

  it('begins at consumer.start.offset where nothing is committed, and at the beginning beside a commit', async () => {
    const fresh = admin({ orders: { 0: undefined } });
    expect(await nexts(fresh, source)).toEqual(['orders-0: 100']);
    expect(await nexts(fresh, { ...source, startOffset: 'earliest' })).toEqual(['orders-0: 10']);
    expect(await nexts(fresh, { ...source, startOffset: 1_000 })).toEqual(['orders-0: 50']);
    expect(await nexts(admin({ orders: { 0: 20, 1: undefined } }), source)).toEqual(['orders-0: 20', 'orders-1: 10']);
  });

  it('finds the topics of a pattern', async () => {
    const all = admin({ 'b-1': { 0: 20 }, other: { 0: 20 }, 'a-1': { 0: 20 } });
    expect(await nexts(all, { ...source, topics: /-1$/ })).toEqual(['a-1-0: 20', 'b-1-0: 20']);
    await expect(nexts(all, { ...source, topics: /^x/ })).rejects.toThrow('topics.regex');
  });

  it('names what is missing', async () => {
    const wanted = nexts(admin({ orders: { 0: 20 } }), { ...source, topics: ['orders', 'payments'] });
    await expect(wanted).rejects.toThrow('no such topic at this cluster: payments');
  });
});
