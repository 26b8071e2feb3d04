import { beforeEach, describe, expect, it } from 'vitest';
import type { Breach } from '../../../fault/runner/check.ts';
import { checkKeyed, type LastOfKey } from '../../../fault/runner/check-keyed.ts';
import type { Finding } from '../../../fault/runner/findings.ts';
import { Ledger } from '../../../fault/runner/ledger.ts';
import type { ConnectorSpec } from '../../../fault/runner/topology.ts';

const connector: ConnectorSpec = {
  name: 'c',
  topic: 'changes',
  guarantee: 'at-least-once',
  target: 'search',
  keyed: true,
  keys: {},
};
const TP = { topic: 'changes', partition: 1 };

let ledger: Ledger;

/** Three records of two keys, and one of another topic. */
beforeEach(() => {
  ledger = new Ledger(0);
  ledger.acked([ledger.next(TP), ledger.next(TP), ledger.next(TP)], 7);
  ledger.acked([ledger.next({ topic: 'orders', partition: 1 })], 0);
});

const last = new Map<string, LastOfKey>([
  ['a', { ...TP, offset: 8, value: Buffer.from('{"id":1}') }],
  ['b', { ...TP, offset: 9, value: null }],
]);

const check = (documents: Readonly<Record<string, string>>, more: Partial<Parameters<typeof checkKeyed>[0]> = {}) =>
  checkKeyed({ connector, ledger, last, documents: new Map(Object.entries(documents)), errants: [], ...more });

describe('what a target holds of keys', () => {
  it('is right when it is what the last records say', () => {
    expect(check({ a: '{"id":1}' })).toMatchObject({ sent: 3, written: 3, errant: 0, lost: 0, breaches: [] });
  });

  it.each<[string, Readonly<Record<string, string>>, Partial<Breach>]>([
    ['a document is missing', {}, { what: 'lost', offset: 8 }],
    ['a document is that of an older record', { a: '{"id":0}' }, { what: 'wrong', offset: 8 }],
    ['a document that was removed is there', { a: '{"id":1}', b: '{"id":2}' }, { what: 'wrong', offset: 9 }],
    ['a document has an id that no record has', { a: '{"id":1}', z: '{}' }, { what: 'wrong', offset: -1 }],
  ])('is wrong when %s', (_, documents, breach) => {
    const { breaches, lost, written } = check(documents);
    expect([breaches, lost, written]).toEqual([[expect.objectContaining(breach)], breach.what === 'lost' ? 1 : 0, 2]);
  });

  it('is wrong when a record is errant, for none of them is bad', () => {
    const errant: Finding = {
      where: 'error-topic',
      place: 'e',
      at: 1,
      ...TP,
      offset: 8,
      key: null,
      value: null,
      timestamp: undefined,
    };
    expect(check({ a: '{"id":1}' }, { errants: [errant] }).breaches).toMatchObject([{ what: 'errant', offset: 8 }]);
  });

  it('is not looked at where the commits stand still before', () => {
    const stuck = [{ connector: 'c', ...TP, committed: 9, end: 10 }];
    expect(check({ a: '{"id":1}', b: 'old' }, { stuck }).breaches).toEqual([]);
    expect(check({ b: 'old' }, { stuck }).breaches).toMatchObject([{ what: 'lost', offset: 8 }]);
  });
});
