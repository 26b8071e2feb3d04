import { describe, expect, it } from 'vitest';
import { rangeTimes } from '../../../../../functions/dispatcher/offsets/range-times.ts';
import { FatalError } from '../../../../../shared/errors.ts';
import type { KafkaReader } from '../../../../../shared/kafka/driver.ts';
import { blockOf } from '../../../../helpers/records.ts';

const tp = { topic: 'orders', partition: 0 };

/** A partition with records at these offsets, their times a thousand times as much. */
function reader(offsets: readonly number[]): Pick<KafkaReader, 'read'> {
  return {
    read: async (_topic, _partition, from, count) => {
      const found = offsets.filter((offset) => offset >= from).slice(0, count);
      const block = blockOf(found.map((offset) => ({ offset, timestamp: offset * 1_000 })));
      return found.length === 0 ? [] : [{ block, from: 0, to: found.length }];
    },
  };
}

describe('rangeTimes', () => {
  it('finds the first and the last record of a range, and none beyond it', async () => {
    const times = (from: number, to: number) => rangeTimes(reader([5, 6, 9, 20, 31]), tp, { from, to });
    expect(await times(0, 40)).toEqual({ first: 5_000, last: 31_000 });
    expect(await times(6, 20)).toEqual({ first: 6_000, last: 9_000 });
    expect(await times(20, 21)).toEqual({ first: 20_000, last: 20_000 });
    expect(await times(10, 20)).toEqual({ empty: true });
    expect(await times(32, 40)).toEqual({ empty: true });
    expect(await times(7, 7)).toEqual({});
  });

  it('gives up behind a long stretch without records', async () => {
    expect(await rangeTimes(reader([5]), tp, { from: 0, to: 500 })).toEqual({ first: 5_000 });
  });

  it('says why records cannot be read, and does not fail', async () => {
    const broken = {
      read: () => Promise.reject(new FatalError('RECORD_BATCH_CORRUPT', 'x')),
    };
    expect(await rangeTimes(broken, tp, { from: 0, to: 5 })).toEqual({ unread: 'RECORD_BATCH_CORRUPT' });
    const defect = { read: () => Promise.reject(new TypeError('x')) };
    await expect(rangeTimes(defect, tp, { from: 0, to: 5 })).rejects.toThrow(TypeError);
  });
});
