import { describe, expect, it } from 'vitest';
import { QuotaMeter, SERVICE_QUOTAS } from '../../../../../infra/local/maxcompute/quotas.ts';

const FULL = expect.objectContaining({ status: 429, code: 'FlowExceeded' });

describe('a table', () => {
  it('has 500 upload sessions in five minutes, by itself', () => {
    let now = 0;
    const meter = new QuotaMeter(SERVICE_QUOTAS, () => now);
    for (let session = 0; session < 500; session++) meter.session('a');
    expect(() => meter.session('a')).toThrow(FULL);
    expect(() => meter.session('b')).not.toThrow();
    now = 299_999;
    expect(() => meter.session('a')).toThrow(FULL);
    now = 300_000;
    expect(() => meter.session('a')).not.toThrow();
  });

  it('has so many blocks', () => {
    const meter = new QuotaMeter({ ...SERVICE_QUOTAS, blocksPerFiveMinutes: 1 }, () => 0);
    meter.block('a');
    expect(() => meter.block('a')).toThrow(FULL);
  });

  it('has 75 commits in 15 seconds, and 32 at once', async () => {
    let now = 0;
    const meter = new QuotaMeter(SERVICE_QUOTAS, () => now);
    const ends: (() => void)[] = [];
    const slow = () => meter.commit('a', () => new Promise<void>((end) => ends.push(end)));
    const running = Array.from({ length: 32 }, slow);
    await expect(slow()).rejects.toMatchObject({ status: 429, code: 'SlotExceeded' });
    for (const end of ends) end();
    await Promise.all(running);
    for (let commit = 32; commit < 75; commit++) await meter.commit('a', async () => undefined);
    await expect(meter.commit('a', async () => undefined)).rejects.toEqual(FULL);
    now = 15_000;
    await expect(meter.commit('a', async () => 'done')).resolves.toBe('done');
  });
});
