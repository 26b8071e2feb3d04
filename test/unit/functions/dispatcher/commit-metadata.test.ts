import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CommitMetadata,
  decodeCommitMetadata,
  encodeCommitMetadata,
  windowName,
} from '../../../../functions/dispatcher/commit-metadata.ts';

const range = fc.record({
  first: fc.nat(10_000_000),
  last: fc.nat(10_000_000),
  window: fc.option(fc.string().map(windowName), { nil: undefined }),
  done: fc.boolean(),
  token: fc.constant(undefined),
});
const withToken = range.map((one) => ({ ...one, done: false, token: 'session-1' }));

describe('commit metadata', () => {
  it('comes back as it was, for the offset it was made for', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.array(fc.oneof(range, withToken)), fc.boolean(), (at, plan, isStopped) => {
        const stopped = isStopped ? { offset: at + 3, code: 'VALUE_NOT_UTF8' } : undefined;
        const metadata: CommitMetadata = { stopped, plan };
        expect(decodeCommitMetadata(at, encodeCommitMetadata(at, metadata))).toEqual(metadata);
      }),
    );
  });

  it('says nothing where there is nothing to say', () => {
    expect(encodeCommitMetadata(7, { stopped: undefined, plan: [] })).toBe('');
  });

  it('drops a plan that was made for another offset: somebody moved the group', () => {
    const plan = [{ first: 10, last: 19, window: undefined, done: true, token: undefined }];
    const stopped = { offset: 12, code: 'X' };
    const metadata = encodeCommitMetadata(10, { stopped, plan });
    expect(decodeCommitMetadata(11, metadata)).toEqual({ stopped, plan: [] });
    expect(decodeCommitMetadata(0, metadata)).toEqual({ stopped, plan: [] });
  });

  it('keeps offsets that JSON carries exactly', () => {
    const stopped = { offset: 2 ** 53 - 1, code: 'VALUE_NOT_UTF8' };
    expect(decodeCommitMetadata(0, encodeCommitMetadata(0, { stopped, plan: [] })).stopped).toEqual(stopped);
  });

  it('takes about 30 bytes a range, and a long code little', () => {
    const plan = Array.from({ length: 100 }, (_, i) => ({
      first: 1_000_000 + i * 10_000,
      last: 1_009_999 + i * 10_000,
      window: windowName(`hour ${i}`),
      done: i % 2 === 0,
      token: undefined,
    }));
    const stopped = { offset: 1, code: '界'.repeat(5_000) };
    expect(Buffer.byteLength(encodeCommitMetadata(1_000_000, { stopped, plan }))).toBeLessThan(4_096);
  });

  it.each([
    '',
    'foreign',
    '{"a":1}',
    '{"spillway":1',
    '{"spillway":1}',
    '{"spillway":1,"stopped":{"offset":"7"}}',
    '{"spillway":1,"at":0,"plan":[[0]]}',
    '{"spillway":1,"at":0,"plan":[[0,9],["x",3]]}',
    '{"spillway":1,"at":0,"plan":7}',
  ])('finds nothing in %j', (metadata) => {
    expect(decodeCommitMetadata(0, metadata)).toEqual({ stopped: undefined, plan: [] });
  });

  it('carries the occasion of asynchronous calls, for this offset alone', () => {
    const metadata = encodeCommitMetadata(10, { stopped: undefined, plan: [], occasion: 'k3' });
    expect(decodeCommitMetadata(10, metadata).occasion).toBe('k3');
    expect(decodeCommitMetadata(9, metadata).occasion).toBeUndefined();
    expect(decodeCommitMetadata(10, '').occasion).toBeUndefined();
    // It would be written again with every commit, beside a plan that has room for one of ours.
    const long = encodeCommitMetadata(10, { stopped: undefined, plan: [], occasion: 'k'.repeat(17) });
    expect(decodeCommitMetadata(10, long).occasion).toBeUndefined();
  });
});
