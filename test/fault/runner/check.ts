/** Compares what was sent with what was found. Pure. */
import { contentOf, numberOf } from './content.ts';
import type { Stuck } from './drained.ts';
import type { Finding } from './findings.ts';
import type { Ledger, SentRecord } from './ledger.ts';
import { type ConnectorSpec, reads } from './topology.ts';

/** Offsets that a worker reported as deleted before they were read: `from` inclusive, `to` exclusive. */
export interface ReportedGap {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** A record that is not as it must be. */
export interface Breach {
  readonly what: 'lost' | 'duplicate' | 'wrong' | 'aborted' | 'errant' | 'gap not reported';
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Where it was found, or what else is known of it. */
  readonly detail: string;
  /** When it happened, as far as is known: epoch ms. */
  readonly times: readonly number[];
}

export interface ConnectorCheck {
  readonly connector: ConnectorSpec;
  /** Records that Kafka confirmed. */
  readonly sent: number;
  /** Different records at the target, and in the error topic. */
  readonly written: number;
  readonly errant: number;
  /** Tombstones that the connector was told to drop. */
  readonly dropped: number;
  /** Deleted by Kafka before anybody read them, and reported (but those that went with their topic). */
  readonly gap: number;
  readonly lost: number;
  /** Second and further copies of a record, at the target and in the error topic. */
  readonly duplicates: number;
  readonly errantDuplicates: number;
  readonly breaches: readonly Breach[];
}

interface Copies {
  target: number;
  errorTopic: number;
  readonly places: string[];
  readonly times: number[];
}

const same = (a: Buffer | null, b: Buffer | null) => (a === null || b === null ? a === b : a.equals(b));

/** Number of the record that a finding is, by finding, where it was found to be what was sent: that does not change. */
const compared = new WeakMap<Finding, number>();

/** Why a finding is not what was sent, or undefined. */
function complaint(found: Finding, sent: SentRecord | undefined, epoch: number): string | undefined {
  if (sent === undefined) return 'nobody sent it';
  if (sent.topic !== found.topic || sent.partition !== found.partition)
    return `sent to ${sent.topic}-${sent.partition}`;
  const expected = contentOf(sent.n, epoch, sent.kind, sent.partition);
  if (found.key !== undefined && !same(found.key, expected.key)) return 'another key than was sent';
  if (!same(found.value, expected.value)) return 'another value than was sent';
  if (found.timestamp !== undefined && found.timestamp !== expected.timestamp) return 'another time than was sent';
  if (found.where === 'target' && expected.kind === 'not-utf8') return 'not UTF-8, and yet written';
  return undefined;
}

/** Whether a partition's record is past what a connector has committed there. */
export function isStillToCome(
  stuck: readonly Stuck[],
  connector: ConnectorSpec,
  { topic, partition, offset }: Pick<SentRecord, 'topic' | 'partition' | 'offset'>,
): boolean {
  return stuck.some(
    (each) =>
      each.connector === connector.name &&
      each.topic === topic &&
      each.partition === partition &&
      offset >= each.committed,
  );
}

/** @param found every copy of every record; @param gaps what workers of this connector reported; @param stuck partitions whose records past
 *    the commit are still to be delivered: they are not lost */
export async function checkConnector(
  connector: ConnectorSpec,
  ledger: Ledger,
  found: AsyncIterable<Finding> | Iterable<Finding>,
  gaps: readonly ReportedGap[],
  stuck: readonly Stuck[] = [],
): Promise<ConnectorCheck> {
  const breaches: Breach[] = [];
  const copies = new Map<string, Copies>();
  for await (const finding of found) {
    const { topic, partition, offset, place, at } = finding;
    // Functions of several connectors write to one file.
    if (!reads(connector, topic)) continue;
    const breach = (what: Breach['what'], detail: string) =>
      breaches.push({ what, topic, partition, offset, detail: `${detail}: ${place}`, times: at === 0 ? [] : [at] });
    const n = compared.get(finding) ?? numberOf(finding.key ?? null, finding.value);
    const sent = n === undefined ? undefined : ledger.records[n];
    const wrong = compared.has(finding) ? undefined : complaint(finding, sent, ledger.epoch);
    if (wrong !== undefined || n === undefined || sent === undefined) {
      breach('wrong', wrong ?? 'nobody sent it');
      continue;
    }
    compared.set(finding, n);
    if (sent.state === 'aborted') breach('aborted', 'part of an aborted transaction');
    const isUserFunction = connector.target === 'function' || connector.target === 'fc-function';
    if (finding.where === 'error-topic' && !isUserFunction) {
      const { kind } = contentOf(sent.n, ledger.epoch, sent.kind);
      if (kind !== 'not-utf8') breach('errant', 'nothing is wrong with this record');
    }
    count(copies, `${sent.n}@${offset}`, finding);
  }
  const doubled = duplicatesOf(copies, connector, ledger);
  const absent = missingOf(copies, connector, ledger, gaps, (record) => isStillToCome(stuck, connector, record));
  const acknowledged = ledger.acknowledged((topic) => reads(connector, topic));
  const has = (record: SentRecord) => copies.get(`${record.n}@${record.offset}`);
  return {
    connector,
    sent: acknowledged.length,
    written: acknowledged.filter((record) => (has(record)?.target ?? 0) > 0).length,
    errant: acknowledged.filter((record) => (has(record)?.errorTopic ?? 0) > 0).length,
    dropped: absent.dropped,
    gap: absent.gap,
    lost: absent.breaches.filter(({ what }) => what === 'lost').length,
    duplicates: doubled.atTarget,
    errantDuplicates: doubled.inErrorTopic,
    breaches: [...absent.breaches, ...doubled.breaches, ...breaches],
  };
}

function count(copies: Map<string, Copies>, name: string, { where, place, at }: Finding): void {
  let of = copies.get(name);
  if (of === undefined) {
    of = { target: 0, errorTopic: 0, places: [], times: [] };
    copies.set(name, of);
  }
  if (where === 'target') of.target++;
  else of.errorTopic++;
  of.places.push(place);
  of.times.push(at);
}

function duplicatesOf(copies: ReadonlyMap<string, Copies>, { guarantee }: ConnectorSpec, ledger: Ledger) {
  const breaches: Breach[] = [];
  let atTarget = 0;
  let inErrorTopic = 0;
  for (const [name, { target, errorTopic, places, times }] of copies) {
    atTarget += Math.max(0, target - 1);
    inErrorTopic += Math.max(0, errorTopic - 1);
    if (guarantee !== 'exactly-once' || target === 0 || places.length === 1) continue;
    const [n, offset] = name.split('@').map(Number);
    const record = ledger.records[n ?? -1];
    if (record === undefined || offset === undefined) continue;
    const { topic, partition } = record;
    breaches.push({ what: 'duplicate', topic, partition, offset, detail: places.join(', '), times });
  }
  return { atTarget, inErrorTopic, breaches };
}

function missingOf(
  copies: ReadonlyMap<string, Copies>,
  connector: ConnectorSpec,
  ledger: Ledger,
  gaps: readonly ReportedGap[],
  isToCome: (record: SentRecord) => boolean,
) {
  const breaches: Breach[] = [];
  let gap = 0;
  let dropped = 0;
  for (const record of ledger.acknowledged((name) => reads(connector, name))) {
    const { n, topic, partition, offset, deleted, at } = record;
    // A newer record of its key took its place, or it went with its index: nobody misses it.
    const isGone = deleted === 'compaction' || deleted === 'index';
    if (copies.has(`${n}@${offset}`) || isGone || isToCome(record)) continue;
    if (connector.dropsTombstones && contentOf(n, ledger.epoch, record.kind).kind === 'tombstone') {
      dropped++;
      continue;
    }
    const reported = gaps.some(
      (each) => each.topic === topic && each.partition === partition && each.from <= offset && offset < each.to,
    );
    // What went with its topic cannot be asked for any more: nobody can say how much it was.
    if (deleted === 'topic' || (deleted && reported)) gap++;
    else {
      const detail = deleted
        ? 'Kafka deleted it before it was read, and no worker said so'
        : `record ${n}: neither at the target nor in the error topic`;
      breaches.push({ what: deleted ? 'gap not reported' : 'lost', topic, partition, offset, detail, times: [at] });
    }
  }
  return { gap, dropped, breaches };
}
