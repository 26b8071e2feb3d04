import { describe, expect, it } from 'vitest';
import { BulkRequest } from '../../../../functions/elasticsearch-sink/bulk-request.ts';
import { BufferPool } from '../../../../shared/buffer-pool.ts';
import { batchOfRecords } from '../../../helpers/records.ts';

const buffers = new BufferPool({ maxFreeBytes: 0, leastFilled: 0, sizeFor: (bytes) => bytes });
const [{ block } = { block: undefined }] = batchOfRecords([{ offset: 5 }, { offset: 6 }]).segments;

/** Operations on these indices; with an id of their own where none is given. */
function requestOf(...operations: readonly (readonly [index: string, id?: string])[]): BulkRequest {
  if (block === undefined) throw new Error('no records');
  const request = new BulkRequest(100, buffers);
  for (const [at, [index, id]] of operations.entries()) {
    const key = id === undefined ? undefined : `${index}\n${id}`;
    request.add(block, at, { action: 'index', index, id, ownId: id === undefined, document: 'plain' }, key);
  }
  return request;
}

describe('BulkRequest.isAbout', () => {
  it('compares own ids, and ids by key', () => {
    const own = requestOf(['a'], ['a']);
    expect(own.isAbout(1, 'orders+0+6', 'a')).toBe(true);
    expect(own.isAbout(1, 'orders+0+5', 'a')).toBe(false);
    const named = requestOf(['a', 'x\ny'], ['a', 'y']);
    expect(named.isAbout(0, 'x\ny', 'a')).toBe(true);
    expect(named.isAbout(0, 'y', 'a')).toBe(false);
    expect(named.isAbout(1, 'y', 'a')).toBe(true);
  });

  it('compares indices where a request has several', () => {
    const two = requestOf(['a', 'k'], ['b', 'k']);
    expect(two.isAbout(0, 'k', 'a')).toBe(true);
    expect(two.isAbout(0, 'k', 'b')).toBe(false);
    expect(requestOf(['a', 'k']).isAbout(0, 'k', 'a-000001')).toBe(true);
  });
});
