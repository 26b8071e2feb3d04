import { describe, expect, it } from 'vitest';
import { hasError, isDropped, readBulkReply } from '../../../../../functions/elasticsearch-sink/reply/bulk-reply.ts';

describe('readBulkReply', () => {
  it('reads actions and items without a copy', () => {
    const item = { _index: 'i', _id: '1', status: 201 };
    const reply = readBulkReply({ took: 1, errors: false, items: [{ index: item }, { delete: { status: 404 } }] });
    expect(reply?.actions).toEqual(['index', 'delete']);
    expect(reply?.items[0]).toBe(item);
    expect(readBulkReply({ items: [] })).toEqual({ actions: [], items: [] });
  });

  it.each([
    [undefined],
    [null],
    ['text'],
    [[]],
    [{}],
    [{ items: {} }],
    [{ items: [null] }],
    [{ items: [{}] }],
    [{ items: [{ index: null }] }],
    [{ items: [{ index: [] }] }],
    [{ items: [{ index: { status: 201 } }, { constructor: { status: 201 } }] }],
  ])('takes nothing else for one: %j', (body) => {
    expect(readBulkReply(body)).toBeUndefined();
  });
});

describe('an item', () => {
  it('is dropped when nothing was written and no version is known', () => {
    expect(isDropped({ result: 'noop', _version: -3 })).toBe(true);
    expect(isDropped({ result: 'noop', _version: 2 })).toBe(false);
    expect(isDropped({ result: 'created', _version: -3 })).toBe(false);
  });

  it('has an error when it says anything of one', () => {
    expect([{ error: 'x' }, { error: {} }, { error: '' }].every(hasError)).toBe(true);
    expect([{}, { error: null }, { error: undefined }].some(hasError)).toBe(false);
  });
});
