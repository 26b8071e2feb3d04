import { beforeEach, describe, expect, it } from 'vitest';
import { checkConnector, type ReportedGap } from '../../../fault/runner/check.ts';
import { contentOf } from '../../../fault/runner/content.ts';
import type { Finding } from '../../../fault/runner/findings.ts';
import { Ledger, type SentRecord } from '../../../fault/runner/ledger.ts';
import type { ConnectorSpec } from '../../../fault/runner/topology.ts';

const EPOCH = 1_700_000_000_000;
const TP = { topic: 'orders', partition: 2 };
/** Numbers whose content is of a kind of its own: `content.ts`. */
const NOT_UTF8 = 5;
const TOMBSTONE = 7;

const once: ConnectorSpec = { name: 'c', topic: 'orders', guarantee: 'exactly-once', target: 'oss', keys: {} };
const least: ConnectorSpec = { ...once, guarantee: 'at-least-once' };

let ledger: Ledger;
let sent: SentRecord[];

/** Ten records, confirmed at 100 to 109. */
beforeEach(() => {
  ledger = new Ledger(EPOCH);
  sent = Array.from({ length: 10 }, () => ledger.next(TP));
  ledger.acked(sent, 100);
});

function found(record: SentRecord, more: Partial<Finding> = {}): Finding {
  const { key, value, timestamp } = contentOf(record.n, EPOCH);
  const { topic, partition, offset } = record;
  return { where: 'target', place: 'object', at: 0, topic, partition, offset, key, value, timestamp, ...more };
}

/** All of them where they belong. */
const everything = () =>
  sent.map((record) =>
    found(record, record.n === NOT_UTF8 ? { where: 'error-topic', place: 'errors', timestamp: undefined } : {}),
  );

const check = (findings: readonly Finding[], connector = once, gaps: readonly ReportedGap[] = []) =>
  checkConnector(connector, ledger, findings, gaps);

describe('what was sent and what was found', () => {
  it('agree when every record is at the target or in the error topic', async () => {
    expect(await check(everything())).toMatchObject({
      ...{ sent: 10, written: 9, errant: 1, gap: 0, lost: 0, duplicates: 0, errantDuplicates: 0, breaches: [] },
    });
  });

  it('differ by a record that is nowhere', async () => {
    const { lost, breaches } = await check(everything().filter(({ offset }) => offset !== 107));
    expect([lost, breaches]).toMatchObject([1, [{ what: 'lost', topic: 'orders', partition: 2, offset: 107 }]]);
  });

  it.each([
    ['exactly-once', once, [{ what: 'duplicate', offset: 103, detail: 'object, other' }]],
    ['at-least-once', least, []],
  ])('count a second copy, under %s', async (_, connector, breaches) => {
    const twice = [...everything(), found(sent[3] as SentRecord, { place: 'other' })];
    expect(await check(twice, connector)).toMatchObject({ duplicates: 1, lost: 0, breaches });
  });

  it('take a copy in the error topic beside one at the target for a duplicate under exactly-once', async () => {
    const both = [...everything(), found(sent[4] as SentRecord, { where: 'error-topic' })];
    const { breaches } = await check(both);
    expect(breaches.map(({ what }) => what).sort()).toEqual(['duplicate', 'errant']);
  });

  it('allow copies in the error topic', async () => {
    const [errant] = everything().filter(({ where }) => where === 'error-topic');
    expect(await check([...everything(), errant as Finding])).toMatchObject({ errantDuplicates: 1, breaches: [] });
  });

  it.each<[string, Partial<Finding>]>([
    ['another value than was sent', { value: Buffer.from('{"id":4,"text":"other"}') }],
    ['another key than was sent', { key: null }],
    ['another time than was sent', { timestamp: 1 }],
    ['sent to orders-2', { partition: 1 }],
    ['nobody sent it', { value: Buffer.from('{"id":99,"text":"x"}') }],
    ['nobody sent it', { value: Buffer.from('hello') }],
  ])('differ by content: %s', async (detail, change) => {
    const findings = everything().map((finding) => (finding.offset === 104 ? { ...finding, ...change } : finding));
    const { lost, breaches } = await check(findings);
    expect(lost).toBe(1);
    expect(breaches).toContainEqual(expect.objectContaining({ what: 'wrong', detail: `${detail}: object` }));
  });

  it('differ by a record of an aborted transaction', async () => {
    const [aborted] = [ledger.next(TP)];
    ledger.acked([aborted], 110);
    ledger.aborted([aborted]);
    expect((await check(everything())).breaches).toEqual([]);
    expect((await check([...everything(), found(aborted)])).breaches).toMatchObject([{ what: 'aborted', offset: 110 }]);
  });

  it('allow a record in doubt to be there or not, but not twice under exactly-once', async () => {
    const doubtful = ledger.next(TP);
    const copy = { ...found(doubtful), offset: 110 };
    expect((await check(everything())).breaches).toEqual([]);
    expect((await check([...everything(), copy])).breaches).toEqual([]);
    expect((await check([...everything(), copy, copy])).breaches).toMatchObject([{ what: 'duplicate', offset: 110 }]);
  });

  it('allow a record that the producer sent twice, if the confirmed one is there', async () => {
    const first = { ...found(sent[9] as SentRecord), offset: 99 };
    expect((await check([...everything(), first])).breaches).toEqual([]);
    const onlyFirst = [...everything().filter(({ offset }) => offset !== 109), first];
    expect((await check(onlyFirst)).breaches).toMatchObject([{ what: 'lost', offset: 109 }]);
  });

  it('differ by a good record in the error topic of an object sink, which refuses none', async () => {
    const findings = everything().map((finding) =>
      finding.offset === 101 ? { ...finding, where: 'error-topic' as const } : finding,
    );
    expect((await check(findings)).breaches).toMatchObject([{ what: 'errant', offset: 101 }]);
    expect((await check(findings, { ...least, target: 'function' })).breaches).toEqual([]);
  });
});

describe('documents, whose ids say where the record was', () => {
  const documents: ConnectorSpec = { ...least, target: 'search', dropsTombstones: true };
  /** The target holds neither keys nor times. */
  const held = () =>
    everything()
      .filter(({ offset }) => offset !== 100 + TOMBSTONE)
      .map((finding) => (finding.where === 'target' ? { ...finding, key: undefined, timestamp: undefined } : finding));

  it('agree when tombstones are dropped, and counted', async () => {
    const expected = { sent: 10, written: 8, errant: 1, dropped: 1, lost: 0, breaches: [] };
    expect(await check(held(), documents)).toMatchObject(expected);
    expect(await check(held(), { ...least, target: 'search' })).toMatchObject({ dropped: 0, lost: 1 });
  });

  it('differ by a document, and by a good record in the error topic', async () => {
    const without = held().filter(({ offset }) => offset !== 101);
    expect((await check(without, documents)).breaches).toMatchObject([{ what: 'lost', offset: 101 }]);
    const errant = held().map((each) => (each.offset === 101 ? { ...each, where: 'error-topic' as const } : each));
    expect((await check(errant, documents)).breaches).toMatchObject([{ what: 'errant', offset: 101 }]);
  });

  it('are missed by nobody when somebody deleted their index', async () => {
    ledger.deletedByKafka(TP, 0, 104, 'index');
    const rest = held().filter(({ offset }) => offset >= 104);
    expect(await check(rest, documents)).toMatchObject({ written: 4, gap: 0, lost: 0, breaches: [] });
    const fewer = rest.filter(({ offset }) => offset !== 104);
    expect((await check(fewer, documents)).breaches).toMatchObject([{ what: 'lost', offset: 104 }]);
  });
});

describe('records that Kafka deleted', () => {
  const without = () => everything().filter(({ offset }) => offset >= 104);

  it('are a gap where a worker reported the range', async () => {
    ledger.deletedByKafka(TP, 0, 104);
    expect(await check(without(), once, [{ ...TP, from: 90, to: 104 }])).toMatchObject({
      gap: 4,
      lost: 0,
      breaches: [],
    });
  });

  it('are a breach where none did, and where it reported fewer', async () => {
    ledger.deletedByKafka(TP, 0, 104);
    const { gap, breaches } = await check(without(), once, [{ ...TP, from: 90, to: 103 }]);
    expect([gap, breaches]).toMatchObject([3, [{ what: 'gap not reported', offset: 103 }]]);
  });

  it('are lost where Kafka did not delete them, whatever a worker reported', async () => {
    ledger.deletedByKafka(TP, 0, 103);
    expect(await check(without(), once, [{ ...TP, from: 90, to: 104 }])).toMatchObject({ gap: 3, lost: 1 });
  });

  it('are none where they had been read before', async () => {
    ledger.deletedByKafka(TP, 0, 104);
    expect(await check(everything())).toMatchObject({ gap: 0, lost: 0, breaches: [] });
  });
});

it('does not call lost what a partition that stands still has not committed', async () => {
  const stuck = { connector: 'c', ...TP, committed: 107, end: 110 };
  const findings = everything().filter(({ offset }) => offset !== 106 && offset !== 107);
  const { breaches } = await checkConnector(once, ledger, findings, [], [stuck]);
  expect(breaches).toMatchObject([{ what: 'lost', offset: 106 }]);
});
