import { describe, expect, it } from 'vitest';
import { assignmentsOf, distanceOf, partitionsOf, placeOf } from '../../../../cli/offsets/where.ts';

describe('places on the command line', () => {
  it('reads names, offsets and times with a zone', () => {
    expect([placeOf('earliest'), placeOf('latest'), placeOf('1200')]).toEqual(['earliest', 'latest', { offset: 1200 }]);
    expect(placeOf('2026-01-31T08:00:00+08:00')).toBe(Date.UTC(2026, 0, 31));
    for (const text of [
      '',
      'yesterday',
      '-1',
      '2026-01-31',
      '2026-01-31T08:00:00',
      '2026-01-32T08:00:00Z',
      '99999999999999999',
    ])
      expect(() => placeOf(text), text).toThrow('2026-01-31T08:00:00+08:00');
  });

  it('reads distances with their sign only', () => {
    expect([distanceOf('+5'), distanceOf('-12')]).toEqual([5, -12]);
    for (const text of ['5', '+', '+0', '-1.5', '', '+99999999999999999'])
      expect(() => distanceOf(text), text).toThrow('-100');
  });

  it('reads numbers of partitions, each once', () => {
    expect(partitionsOf('0, 3,0')).toEqual([0, 3]);
    for (const text of ['', '0,', 'orders-0', '-1']) expect(() => partitionsOf(text), text).toThrow('0,3');
  });

  it('reads explicit offsets', () => {
    expect(assignmentsOf('orders:0=1200, a.b-c_d:11=0')).toEqual([
      { topic: 'orders', partition: 0, offset: 1200 },
      { topic: 'a.b-c_d', partition: 11, offset: 0 },
    ]);
    for (const text of ['', 'orders=1', 'orders:0', 'orders:0=-1', 'orders:0=1,', 'orders:0=99999999999999999'])
      expect(() => assignmentsOf(text), text).toThrow('TOPIC:PARTITION=OFFSET');
  });
});
