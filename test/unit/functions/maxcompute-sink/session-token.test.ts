import { describe, expect, it } from 'vitest';
import {
  readSessionToken,
  type SessionToken,
  sessionTokenText,
  unnamablePartition,
} from '../../../../functions/maxcompute-sink/session-token.ts';

const TOKEN: SessionToken = {
  kind: 'append',
  id: '202611211015301a2b3c0a0000012345678',
  rows: 8_000,
  blocks: 1,
  partition: [
    { name: 'pt', value: '11-21-2026 10:15' },
    { name: 'region', value: 'cn hangzhou' },
  ],
};

describe('a session token', () => {
  it('is text that a person can read, and is read as what it was', () => {
    expect(sessionTokenText(TOKEN)).toBe(
      'append 202611211015301a2b3c0a0000012345678 8000 1 pt=11-21-2026 10:15,region=cn hangzhou',
    );
    expect(readSessionToken(sessionTokenText(TOKEN))).toEqual(TOKEN);
    const upsert = { ...TOKEN, kind: 'upsert', partition: undefined } as const;
    expect(readSessionToken(sessionTokenText(upsert))).toEqual(upsert);
  });

  it.each([
    '',
    'append',
    'append x',
    'delete x 1 1',
    'append x 1 1 ',
    '{"id":1}',
    'append x -1 1',
    'append x 1 123456',
  ])('of another sink is refused: %s', (text) => {
    expect(() => readSessionToken(text)).toThrow(
      expect.objectContaining({ name: 'FatalError', code: 'MAXCOMPUTE_TOKEN_INVALID' }),
    );
  });

  it('fits into 200 bytes with the longest partition that it takes', () => {
    const longest = Array.from({ length: 200 }, (_, length) => [{ name: 'pt', value: 'x'.repeat(length) }])
      .filter((partition) => unnamablePartition(partition) === undefined)
      .at(-1);
    if (longest === undefined) throw new Error('it takes none');
    const widest = { ...TOKEN, id: 'x'.repeat(64), rows: 2 ** 31 - 1, blocks: 20_000, partition: longest };
    const bytes = Buffer.byteLength(JSON.stringify(sessionTokenText(widest)));
    expect(bytes).toBeLessThanOrEqual(200);
    expect(bytes).toBeGreaterThan(195);
    expect(longest[0]?.value.length).toBeGreaterThan(90);
    const tooLong = [{ name: 'pt', value: 'x'.repeat((longest[0]?.value.length ?? 0) + 1) }];
    expect(unnamablePartition(tooLong)).toMatch(/^partition pt=x+ takes \d+ bytes, and at most \d+ fit/);
  });
});
