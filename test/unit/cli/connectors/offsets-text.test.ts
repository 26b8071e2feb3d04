import { describe, expect, it } from 'vitest';
import { changesText, committedText } from '../../../../cli/connectors/offsets-text.ts';

function at(topic: string, partition: number, offset: number | null) {
  const kafka = { kafka_topic: topic, kafka_partition: partition };
  return { partition: kafka, offset: offset === null ? null : { kafka_offset: offset } };
}

const committed = { offsets: [at('orders', 10, 7), at('orders', 2, 5), at('cars', 0, 1)] };

describe('committedText', () => {
  it('is in the order of topics and partitions', () => {
    expect(committedText(committed).replaceAll(/[│\s]+/g, ' ')).toMatch(/cars 0 1.*orders 2 5.*orders 10 7/);
  });

  it('says that there is nothing', () => {
    expect(committedText({ offsets: [] })).toBe('nothing is committed\n');
  });
});

describe('changesText', () => {
  it('shows from where to where, also where nothing was or will be', () => {
    const text = changesText(committed, [
      { topic: 'orders', partition: 2, offset: null },
      { topic: 'orders', partition: 3, offset: 9 },
    ]);
    expect(text.replaceAll(/[│\s]+/g, ' ')).toMatch(/orders 2 5 none.*orders 3 none 9/);
  });
});
