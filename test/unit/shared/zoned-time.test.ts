import { describe, expect, it } from 'vitest';
import { zonedTime } from '../../../shared/zoned-time.ts';

describe('zonedTime', () => {
  it('reads ISO times with a zone', () => {
    expect(zonedTime('2026-01-31T08:00:00+08:00')).toBe(Date.UTC(2026, 0, 31));
    expect(zonedTime('2026-01-31T00:00:00.250Z')).toBe(Date.UTC(2026, 0, 31) + 250);
  });

  it('takes nothing else for a time', () => {
    for (const text of [
      '',
      '2026-01-31',
      '2026-01-31T08:00:00',
      '2026-13-31T08:00:00Z',
      '1700000000000',
      'yesterday',
    ]) {
      expect([text, zonedTime(text)]).toEqual([text, undefined]);
    }
  });
});
