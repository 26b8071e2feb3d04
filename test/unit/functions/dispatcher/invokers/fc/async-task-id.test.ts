import { describe, expect, it } from 'vitest';
import { asyncTaskId } from '../../../../../../functions/dispatcher/invokers/fc/async-task-id.ts';
import { BlockBuilder, batchOf } from '../../../../../../shared/envelope/block-builder.ts';

const SENDING = { connector: 'orders', groupId: 'connect-orders', occasion: 'k3' };

function batch(offsets: readonly number[], { topic = 'orders', partition = 0, time = 1_000, from = 0 } = {}) {
  const builder = new BlockBuilder({ topic, partition });
  for (const offset of offsets) builder.add({ offset, timestamp: time + offset, key: null, value: Buffer.from('v') });
  return batchOf(builder.build(), from);
}

describe('the id of an asynchronous call', () => {
  it('is what Function Compute takes', () => {
    expect(asyncTaskId(batch([4, 5]), SENDING)).toMatch(/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/);
  });

  it('is the same for the same records, however they lie in memory', () => {
    expect(asyncTaskId(batch([3, 4, 5], { from: 1 }), SENDING)).toBe(asyncTaskId(batch([4, 5]), SENDING));
  });

  it('is another one for everything that has to run', () => {
    const ids = [
      asyncTaskId(batch([4, 5]), SENDING),
      asyncTaskId(batch([4, 6]), SENDING),
      asyncTaskId(batch([4]), SENDING),
      asyncTaskId(batch([4, 5], { partition: 1 }), SENDING),
      asyncTaskId(batch([4, 5], { topic: 'orders2' }), SENDING),
      // A topic that was remade.
      asyncTaskId(batch([4, 5], { time: 2_000 }), SENDING),
      asyncTaskId(batch([4, 5]), { ...SENDING, connector: 'other' }),
      asyncTaskId(batch([4, 5]), { ...SENDING, groupId: 'other' }),
      // A group that was moved back, and a redrive.
      asyncTaskId(batch([4, 5]), { ...SENDING, occasion: 'k4' }),
      asyncTaskId(batch([4, 5]), { ...SENDING, occasion: undefined }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
