/** How far a redrive is, as it is kept in the offset commits of its own consumer group. Pure. */
import type { TopicPartition } from '../../../shared/records.ts';

/** A partition that records are sent to, with its end offset before the first of them was sent. */
export interface Destination extends TopicPartition {
  readonly endOffset: number;
}

/** Records that may have been sent, all or some, though the position is still before them: below `to`, and if they were sent, they are in
 *  these destinations from these offsets on. */
export interface OpenChunk {
  readonly to: number;
  readonly destinations: readonly Destination[];
}

/** One partition of the error topic. */
export interface PartitionState {
  /** Everything before it is settled. */
  readonly position: number;
  /** Where the redrive ends. */
  readonly end: number;
  readonly open?: OpenChunk;
}

/** Who works on the redrive, and a number that grows as long as it does; absent when nobody does. */
export interface RunMark {
  readonly id: string;
  readonly beat: number;
}

/** Kafka keeps 4,096 bytes (`offset.metadata.max.bytes`); there is room for one more destination, which a run that goes on may add. */
export const MAX_METADATA_BYTES = 3_700;

const VERSION = 1;

type Wire = readonly [topic: string, ends: readonly (readonly [partition: number, endOffset: number])[]];

/** As metadata; the position itself is the offset of the commit. */
export function encodeState({ end, open }: PartitionState, run: RunMark | undefined): string {
  const byTopic = new Map<string, [number, number][]>();
  for (const { topic, partition, endOffset } of open?.destinations ?? []) {
    byTopic.set(topic, [...(byTopic.get(topic) ?? []), [partition, endOffset]]);
  }
  return JSON.stringify({
    version: VERSION,
    end,
    ...(run === undefined ? {} : { run: run.id, beat: run.beat }),
    ...(open === undefined ? {} : { to: open.to, sentTo: [...byTopic] satisfies Wire[] }),
  });
}

/** Bytes of the metadata for `open`, with everything else at its longest. */
export function openChunkBytes(open: OpenChunk): number {
  const longest = { position: 0, end: Number.MAX_SAFE_INTEGER, open };
  return Buffer.byteLength(encodeState(longest, { id: 'x'.repeat(36), beat: Number.MAX_SAFE_INTEGER }));
}

/** What a commit says, `undefined` when it is none of ours. */
export function decodeState(
  position: number,
  metadata: string,
): { readonly state: PartitionState; readonly run?: RunMark } | undefined {
  const parsed = parsedJson(metadata);
  if (parsed?.['version'] !== VERSION || !isCount(parsed['end'])) return undefined;
  const { end, run, beat, to, sentTo } = parsed;
  const open =
    isCount(to) && Array.isArray(sentTo) ? { to, destinations: (sentTo as Wire[]).flatMap(fromWire) } : undefined;
  return {
    state: { position, end, ...(open === undefined ? {} : { open }) },
    ...(typeof run === 'string' && isCount(beat) ? { run: { id: run, beat } } : {}),
  };
}

function fromWire([topic, ends]: Wire): Destination[] {
  return ends.map(([partition, endOffset]) => ({ topic, partition, endOffset }));
}

/** Both together: of a destination in both the end offset seen first, since records may have been sent from then on. */
export function mergeOpen(first: OpenChunk | undefined, then: OpenChunk): OpenChunk {
  if (first === undefined) return then;
  const known = new Set(first.destinations.map(({ topic, partition }) => `${topic}/${partition}`));
  const added = then.destinations.filter(({ topic, partition }) => !known.has(`${topic}/${partition}`));
  return { to: Math.max(first.to, then.to), destinations: [...first.destinations, ...added] };
}

/** The state when everything before `position` is settled. */
export function movedTo({ end, open }: PartitionState, position: number): PartitionState {
  return { position, end, ...(open === undefined || position >= open.to ? {} : { open }) };
}

function parsedJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
