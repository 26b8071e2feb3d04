import { describe, expect, it } from 'vitest';
import { undoCommand } from '../../../../cli/offsets/undo-command.ts';

const set = [
  { topic: 'orders', partition: 0, offset: 12 },
  { topic: 'orders', partition: 1, offset: 7 },
];

describe('undoCommand', () => {
  it('can be pasted as it is', () => {
    expect(undoCommand({ set, lost: [] }, 'conf/orders.yaml', undefined)).toBe(
      'spillway offsets conf/orders.yaml --set orders:0=12,orders:1=7 --yes',
    );
    expect(undoCommand({ set, lost: [] }, "it's mine.yaml", 'w$.properties')).toBe(
      "spillway offsets 'it'\\''s mine.yaml' --worker 'w$.properties' --set orders:0=12,orders:1=7 --yes",
    );
  });

  it('is none where nothing comes back', () => {
    expect(undoCommand({ set: [], lost: ['x'] }, 'orders.yaml', undefined)).toBeUndefined();
  });
});
