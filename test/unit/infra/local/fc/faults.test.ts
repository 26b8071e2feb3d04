import { describe, expect, it } from 'vitest';
import { Faults } from '../../../../../infra/local/fc/faults.ts';

const SYNC = { function: 'fn', mode: 'sync' } as const;
const ASYNC = { function: 'fn', mode: 'async' } as const;

describe('Faults', () => {
  it('befalls as often as it was ordered, after as many as it lets by', () => {
    const faults = new Faults(() => 0);
    faults.add({ kind: 'drop-after', times: 2, after: 1 });
    const kinds = Array.from({ length: 5 }, () => faults.ofRequest(SYNC, 'invoke')?.kind);
    expect(kinds).toEqual([undefined, 'drop-after', 'drop-after', undefined, undefined]);
    expect(faults.pending()).toEqual([]);
  });

  it('serves the first ordered first, of requests and of runs apart', () => {
    const faults = new Faults(() => 0);
    for (const kind of ['hang', 'kill', 'garbage', 'time-out']) faults.add({ kind });
    expect(faults.pending().map(({ kind }) => kind)).toEqual(['hang', 'garbage', 'kill', 'time-out']);
    expect([faults.ofRequest(SYNC, 'invoke')?.kind, faults.ofRun(SYNC)?.kind]).toEqual(['hang', 'kill']);
    expect([faults.ofRequest(ASYNC, 'invoke')?.kind, faults.ofRun(ASYNC)?.kind]).toEqual(['garbage', 'time-out']);
  });

  it('befalls what it is for: a function, a kind of call, an operation', () => {
    const faults = new Faults(() => 0);
    faults.add({ kind: 'drop-before', function: 'other', times: 9 });
    faults.add({ kind: 'drop-after', mode: 'async', times: 9 });
    faults.add({ kind: 'status', status: 403, code: 'AccessDenied', operation: 'get', times: 9 });
    faults.add({ kind: 'kill', mode: 'sync', times: 9 });
    expect(faults.ofRequest(SYNC, 'invoke')).toBeUndefined();
    expect(faults.ofRequest(ASYNC, 'invoke')?.kind).toBe('drop-after');
    expect(faults.ofRequest(SYNC, 'get')?.kind).toBe('status');
    expect(faults.ofRequest({ ...SYNC, function: 'other' }, 'invoke')?.kind).toBe('drop-before');
    expect([faults.ofRun(ASYNC), faults.ofRun(SYNC)?.kind]).toEqual([undefined, 'kill']);
  });

  it('befalls as likely as it was ordered', () => {
    const draws = [0.6, 0.4, 0.5, 0.49];
    const faults = new Faults(() => draws.shift() ?? 1);
    faults.add({ kind: 'kill', probability: 0.5, times: 9 });
    const kinds = Array.from({ length: 4 }, () => faults.ofRun(SYNC)?.kind);
    expect(kinds).toEqual([undefined, 'kill', undefined, 'kill']);
  });

  it('forgets all when cleared, and says so to who waits for it', () => {
    const faults = new Faults(() => 0);
    faults.add({ kind: 'hold' });
    faults.add({ kind: 'kill' });
    const { cleared } = faults;
    faults.clear();
    expect([faults.pending(), cleared.aborted, faults.cleared.aborted]).toEqual([[], true, false]);
  });

  it.each([
    [{ kind: 'explode' }, 'kind'],
    [{ kind: 'status', status: 200, code: 'x' }, 'status'],
    [{ kind: 'kill', times: 0 }, 'times'],
    [{ kind: 'kill', operation: 'get' }, 'operation'],
    ['kill', 'not a fault'],
  ])('refuses the order %j', (order, reason) => {
    expect(() => new Faults(() => 0).add(order)).toThrow(reason);
  });
});
