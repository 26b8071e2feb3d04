import { describe, expect, it } from 'vitest';
import type { ConfigWrite } from '../../../../../functions/control-plane/config-state.ts';
import { inOrder, upToBytes } from '../../../../../functions/control-plane/store/config-writes.ts';

const create: ConfigWrite = { write: 'connector', name: 'a', config: {} };
const stop: ConfigWrite = { write: 'target', name: 'a', target: 'STOPPED' };
const resume: ConfigWrite = { write: 'order', order: { order: 'resume', connector: 'a' } };

describe('inOrder', () => {
  it('writes what is wanted of a connector before the connector, and orders last', () => {
    expect(inOrder([create, stop, resume], { hasOrphan: () => false })).toEqual([stop, create, resume]);
  });

  it('does not let a connector begin as an older one of its name ended', () => {
    const start = { write: 'target', name: 'a', target: 'STARTED' };
    expect(inOrder([create], { hasOrphan: (name) => name === 'a' })).toEqual([start, create]);
    expect(inOrder([create, stop], { hasOrphan: () => true })).toEqual([stop, create]);
    expect(inOrder([create], { hasOrphan: () => false })).toEqual([create]);
  });
});

describe('upToBytes', () => {
  it('takes what fits, in order, and one that never fits alone', () => {
    const bytes = Buffer.byteLength(JSON.stringify(create));
    expect(upToBytes([create, create, create], 2 * bytes)).toHaveLength(2);
    expect(upToBytes([create, create], 2 * bytes)).toHaveLength(2);
    expect(upToBytes([create, stop], 1)).toEqual([create]);
    expect(upToBytes([], 1)).toEqual([]);
  });
});
