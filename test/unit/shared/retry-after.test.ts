import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../shared/retry-after.ts';

const NOW = Date.UTC(2024, 0, 1);

describe('retryAfterMs', () => {
  it('reads seconds and dates', () => {
    expect(retryAfterMs('7', NOW)).toBe(7_000);
    expect(retryAfterMs(' 7 ', NOW)).toBe(7_000);
    expect(retryAfterMs(['7', '9'], NOW)).toBe(7_000);
    expect(retryAfterMs('Mon, 01 Jan 2024 00:00:05 GMT', NOW)).toBe(5_000);
    expect(retryAfterMs('Sun, 31 Dec 2023 00:00:00 GMT', NOW)).toBe(0);
  });

  it('takes nothing else for a wait', () => {
    for (const header of ['soon', '', undefined, []]) expect(retryAfterMs(header, NOW)).toBeUndefined();
  });
});
