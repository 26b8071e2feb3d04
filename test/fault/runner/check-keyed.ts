/** Compares what the target holds of each key with the key's last record. Pure. */
import { type Breach, type ConnectorCheck, isStillToCome } from './check.ts';
import { numberOf } from './content.ts';
import type { Stuck } from './drained.ts';
import type { Finding } from './findings.ts';
import type { Ledger } from './ledger.ts';
import { type ConnectorSpec, reads } from './topology.ts';

/** The last record of a key, as Kafka has it. */
export interface LastOfKey {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Null: the key's document was removed. */
  readonly value: Buffer | null;
}

export interface KeyedState {
  readonly connector: ConnectorSpec;
  readonly ledger: Ledger;
  /** By key. */
  readonly last: ReadonlyMap<string, LastOfKey>;
  /** Documents by id, as JSON text. */
  readonly documents: ReadonlyMap<string, string>;
  readonly errants: readonly Finding[];
  /** Keys whose last record is behind the commit of such a partition are not looked at. */
  readonly stuck?: readonly Stuck[];
}

/** What is wrong with the document of a key, if anything. */
function complaint(value: Buffer | null, document: string | undefined): Pick<Breach, 'what' | 'detail'> | undefined {
  if (value === null) {
    if (document === undefined) return undefined;
    return { what: 'wrong', detail: `its last record removes it, and yet there is ${document}` };
  }
  if (document === undefined) return { what: 'lost', detail: 'there is no document of its key' };
  if (Buffer.from(document).equals(value)) return undefined;
  const n = numberOf(null, Buffer.from(document));
  return { what: 'wrong', detail: `its document is that of record ${n}, and not of the last one: ${document}` };
}

/** A record counts as written when its key is as its last record says: it is that one, or was replaced by a later one. */
export function checkKeyed({ connector, ledger, last, documents, errants, stuck = [] }: KeyedState): ConnectorCheck {
  const breaches: Breach[] = [];
  for (const [key, { value, ...place }] of last) {
    if (isStillToCome(stuck, connector, place)) continue;
    const wrong = complaint(value, documents.get(key));
    if (wrong !== undefined)
      breaches.push({ ...place, what: wrong.what, detail: `key ${key}: ${wrong.detail}`, times: [] });
  }
  for (const [id, document] of documents) {
    if (last.has(id)) continue;
    const nowhere = { topic: connector.topic, partition: -1, offset: -1, times: [] };
    breaches.push({ ...nowhere, what: 'wrong', detail: `no record has the key ${id}: ${document}` });
  }
  for (const { topic, partition, offset, place, at } of errants)
    breaches.push({
      what: 'errant',
      topic,
      partition,
      offset,
      detail: `nothing is wrong with it: ${place}`,
      times: [at],
    });
  const sent = ledger.acknowledged((topic) => reads(connector, topic)).length;
  const lost = breaches.filter(({ what }) => what === 'lost').length;
  return {
    connector,
    sent,
    written: sent - breaches.length,
    errant: errants.length,
    dropped: 0,
    gap: 0,
    lost,
    duplicates: 0,
    errantDuplicates: 0,
    breaches,
  };
}
