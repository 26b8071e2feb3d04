import { describe, expect, it } from 'vitest';
import { Faults } from '../../../../../infra/local/oss/faults.ts';

const put = (key: string) => ({ method: 'PUT', bucket: 'b', key });

describe('Faults', () => {
  it('befalls as many matching requests as ordered, and no others', () => {
    const faults = new Faults();
    faults.add({ kind: 'drop-after-write', times: 2, method: 'PUT', keyPrefix: 'a/' });
    expect(faults.take(put('b/1'))).toBeUndefined();
    expect(faults.take({ ...put('a/1'), method: 'GET' })).toBeUndefined();
    expect(faults.take(put('a/1'))?.kind).toBe('drop-after-write');
    expect(faults.pending()).toMatchObject([{ left: 1 }]);
    expect(faults.take(put('a/2'))?.kind).toBe('drop-after-write');
    expect(faults.take(put('a/3'))).toBeUndefined();
    expect(faults.pending()).toEqual([]);
  });

  it('serves orders in turn, one a request', () => {
    const faults = new Faults();
    faults.add({ kind: 'hang' });
    faults.add({ kind: 'status', status: 503, code: 'SlowDown' });
    expect([faults.take(put('x'))?.kind, faults.take(put('x'))?.kind, faults.take(put('x'))?.kind]).toEqual([
      'hang',
      'status',
      undefined,
    ]);
  });

  it('matches by bucket, and forgets what is cleared', () => {
    const faults = new Faults();
    faults.add({ kind: 'hang', bucket: 'other' });
    expect(faults.take(put('x'))).toBeUndefined();
    faults.clear();
    expect(faults.take({ ...put('x'), bucket: 'other' })).toBeUndefined();
  });

  it.each([
    null,
    {},
    { kind: 'explode' },
    { kind: 'status' },
    { kind: 'status', status: 200, code: 'OK' },
    { kind: 'hang', times: 0 },
    { kind: 'delay-before-write' },
    { kind: 'hang', keyprefix: 'typo' },
  ])('refuses the order %j', (order) => {
    expect(() => new Faults().add(order)).toThrow(/not a fault/);
  });
});
