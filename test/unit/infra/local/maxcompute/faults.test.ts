import { describe, expect, it } from 'vitest';
import { Faults } from '../../../../../infra/local/maxcompute/faults.ts';

const BLOCK = { name: 'upload.block', project: 'p', table: 'orders' } as const;

describe('faults', () => {
  it('befall what they are for, after so many, so many times', () => {
    const faults = new Faults();
    faults.add({ kind: 'drop-after', operation: 'upload.block', table: 'orders', after: 1, times: 2 });
    expect(faults.take({ ...BLOCK, name: 'upload.commit' })).toBeUndefined();
    expect(faults.take({ ...BLOCK, table: 'others' })).toBeUndefined();
    expect(faults.take(BLOCK)).toBeUndefined();
    expect(faults.pending()).toMatchObject([{ kind: 'drop-after', left: 2 }]);
    expect(faults.take(BLOCK)).toMatchObject({ kind: 'drop-after' });
    expect(faults.take(BLOCK)).toMatchObject({ kind: 'drop-after' });
    expect(faults.take(BLOCK)).toBeUndefined();
  });

  it('come in the order in which they were ordered, and are forgotten when told', () => {
    const faults = new Faults();
    faults.add({ kind: 'gateway' });
    faults.add({ kind: 'hang' });
    expect(faults.take(BLOCK)).toMatchObject({ kind: 'gateway', status: 502 });
    faults.clear();
    expect(faults.take(BLOCK)).toBeUndefined();
  });

  it('let go of what they hold when they are cleared, and only of that', () => {
    const faults = new Faults();
    const { cleared } = faults;
    expect(cleared.aborted).toBe(false);
    faults.clear();
    expect(cleared.aborted).toBe(true);
    expect(faults.cleared.aborted).toBe(false);
  });

  it('must be ordered as they are', () => {
    const faults = new Faults();
    expect(() => faults.add({ kind: 'explode' })).toThrow('not a fault');
    expect(() => faults.add({ kind: 'hang', operation: 'upload.bloc' })).toThrow('not a fault');
    expect(() => faults.add({ kind: 'hang', tabel: 'orders' })).toThrow('not a fault');
  });
});
