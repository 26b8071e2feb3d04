import { describe, expect, it } from 'vitest';
import { selectPartitions } from '../../../../../functions/dispatcher/offsets/selection.ts';
import { position, problemsOf } from './facts.ts';

const one = [position(0, 20), position(1, 20), position(2, 20)];
const two = [...one, position(0, 20, { topic: 'payments' })];

describe('selectPartitions', () => {
  it('selects everything, a topic, or some of its partitions', () => {
    expect(selectPartitions(two, {})).toEqual(two);
    expect(selectPartitions(two, { topic: 'payments' })).toEqual(two.slice(3));
    expect(selectPartitions(two, { topic: 'orders', partitions: [2, 0] })).toEqual([two[0], two[2]]);
    expect(selectPartitions(one, { partitions: [1] })).toEqual([one[1]]);
  });

  it('names what the connector does not read, and what it does', () => {
    expect(problemsOf(() => selectPartitions(two, { topic: 'order' }))).toEqual([
      '--topic: the connector does not read order; it reads orders, payments',
    ]);
    expect(problemsOf(() => selectPartitions(one, { partitions: [1, 7, 9] }))).toEqual([
      '--partition: there is no partition 7, 9: orders has partitions 0 to 2',
    ]);
    expect(problemsOf(() => selectPartitions(two, { partitions: [0] }))).toEqual([
      '--partition: the connector reads 2 topics: say with --topic whose partitions are meant',
    ]);
  });
});
