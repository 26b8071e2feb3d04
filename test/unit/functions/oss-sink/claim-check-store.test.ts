import { describe, expect, it } from 'vitest';
import { OssClaimCheckStore } from '../../../../functions/oss-sink/claim-check-store.ts';
import { RetriableError } from '../../../../shared/errors.ts';
import { MemoryStore } from './memory-store.ts';

const TP = { topic: 'orders', partition: 3 };
const NAME = 'overflow/orders/3/00000000000000000042.value';
const VALUE = Buffer.from('a large value');
const signal = new AbortController().signal;

function setup(options: { prefix?: string; expiryMs?: number } = {}) {
  const store = new MemoryStore();
  return { store, claims: new OssClaimCheckStore({ store, prefix: 'overflow/', expiryMs: 60_000, ...options }) };
}

describe('OssClaimCheckStore', () => {
  it('stores a value under its record’s name and refers to it for as long as asked', async () => {
    const { store, claims } = setup();
    expect(await claims.store(TP, 42, VALUE, signal)).toBe(
      `https://example-bucket.oss-cn-hangzhou.aliyuncs.com/${NAME}?x-oss-expires=60`,
    );
    expect(store.objects.get(NAME)?.body).toBe(VALUE);
  });

  it('signs for seven days at most', async () => {
    const { claims } = setup({ expiryMs: Number.MAX_SAFE_INTEGER });
    expect(await claims.store(TP, 42, VALUE, signal)).toContain('x-oss-expires=604800');
  });

  it.each([false, true])('takes the same value again (versioned: %s)', async (versioned) => {
    const { store, claims } = setup();
    store.versioned = versioned;
    store.failures.push({ error: new RetriableError('OSS_UNREACHABLE', 'lost'), lost: true });
    await expect(claims.store(TP, 42, VALUE, signal)).rejects.toThrow('lost');
    expect(await claims.store(TP, 42, VALUE, signal)).toContain(NAME);
    expect(store.objects.size).toBe(1);
  });

  it.each([false, true])('never replaces another value (versioned: %s)', async (versioned) => {
    const { store, claims } = setup();
    store.versioned = versioned;
    await claims.store(TP, 42, VALUE, signal);
    await expect(claims.store(TP, 42, Buffer.from('another'), signal)).rejects.toMatchObject({
      name: 'FatalError',
      code: 'OSS_OBJECT_DIFFERS',
    });
    expect(store.objects.get(NAME)?.body).toBe(VALUE);
  });

  it('refuses a prefix that makes no name', async () => {
    const { claims } = setup({ prefix: '/overflow/' });
    await expect(claims.store(TP, 42, VALUE, signal)).rejects.toMatchObject({ code: 'OSS_BAD_OBJECT_NAME' });
  });
});
