/** Damaged batches, others in each run. Whatever the bytes, decoding ends, refuses with a `FatalError` or gives records, and never one that kafkajs' own
 *  decoder would not have given for the same bytes.
 *
 *  kafkajs is laxer, and what it gives then is refused here, as Java's consumer refuses it: wrong checksums (it has none), bytes left over in
 *  a record or behind the last, records and headers that pass their end (it reads zeros), names of headers without a length, varints of more
 *  bytes than their type has, negative lengths, formats above 2.
 *
 *  `SPILLWAY_FUZZ_BATCHES=1000000` runs a million of them, `SPILLWAY_FUZZ_SEED` the same again; a failure names the seed of its one batch. */
import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { BufferPool } from '../../shared/buffer-pool.ts';
import { FatalError } from '../../shared/errors.ts';
import type { FetchWay } from '../../shared/kafka/driver.ts';
import { loadCrc32c } from '../../shared/kafka/wire/crc32c.ts';
import { recordSource } from '../../shared/kafka/wire/decode-records.ts';
import { SharedMemory, UNCOUNTED } from '../../shared/memory-account.ts';
import { BOUNDS_STRIDE, HEADERS_AT, type RecordBlock, recordAt, type SinkRecord } from '../../shared/records.ts';
import { type KafkajsRecord, kafkajsReads } from './fuzz/kafkajs-reads.ts';
import { entriesIn, mend, mutated } from './fuzz/mutations.ts';
import { randomOf } from './fuzz/random.ts';
import { packed, someCodec, validBatches } from './fuzz/valid-batches.ts';

const SEED = Number(process.env['SPILLWAY_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const BATCHES = Number(process.env['SPILLWAY_FUZZ_BATCHES'] ?? 100_000);
/** The fall-back is far slower, and has every twentieth. */
const FALLBACK_EVERY = 20;
const CORPUS = 2_000;

interface Read {
  readonly records: readonly SinkRecord[];
  readonly refusal: FatalError | undefined;
  /** The records are not looked at any more. */
  release(): void;
}

/** Opened batches lie in its buffers, which are overwritten when they are given back. */
const pool = new BufferPool({ maxFreeBytes: 1024 * 1024, leastFilled: 0, sizeFor: (bytes) => bytes });

async function readBy(way: FetchWay, bytes: Buffer): Promise<Read> {
  // Every record is asked for, whatever its offset became.
  const place = { topic: 't', partition: 0, fetchOffset: Number.MIN_SAFE_INTEGER };
  const memory = { account: UNCOUNTED, frame: new SharedMemory(() => undefined), pool };
  const source = recordSource(way, { ...place, bytes, readCommitted: true, abortedTransactions: [], memory });
  const records: SinkRecord[] = [];
  const blocks: RecordBlock[] = [];
  const release = () => {
    for (const block of blocks) block.memory?.release();
  };
  try {
    for await (const block of source.blocks()) {
      blocks.push(block);
      for (let i = 0; i < block.count; i++) records.push(recordWithin(block, i));
    }
    return { records, refusal: undefined, release };
  } catch (thrown) {
    if (!(thrown instanceof FatalError)) throw thrown;
    return { records, refusal: thrown, release };
  }
}

function recordWithin(block: RecordBlock, index: number): SinkRecord {
  const from = index * BOUNDS_STRIDE;
  for (const place of block.bounds.subarray(from, from + HEADERS_AT)) {
    if (place < -1 || place > block.bytes.length) throw new Error(`record ${index} points to ${place}`);
  }
  return recordAt(block, index);
}

function sameBytes(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other);
}

function sameRecord(ours: SinkRecord, theirs: KafkajsRecord): boolean {
  const time = Number(theirs.timestamp ?? -1);
  return (
    String(ours.offset) === theirs.offset &&
    // Past 2^53 a number is rounded, and a sum that passes 2^63 begins anew with kafkajs.
    (ours.timestamp === time || !Number.isSafeInteger(ours.timestamp)) &&
    sameBytes(ours.key, theirs.key) &&
    sameBytes(ours.value, theirs.value) &&
    sameHeaders(ours, theirs.headers ?? {})
  );
}

function sameHeaders({ headers }: SinkRecord, theirs: NonNullable<KafkajsRecord['headers']>): boolean {
  if (headers.length === 0) return Object.keys(theirs).length === 0;
  return Object.entries(theirs).every(([name, merged]) => {
    const own = headers.filter(({ key }) => key === name).map(({ value }) => value);
    const list = Array.isArray(merged) ? merged : [merged];
    return own.length === list.length && own.every((value, i) => sameBytes(value, list[i] ?? null));
  });
}

/** What is wrong with what was read; undefined when nothing is. */
async function complaint(bytes: Buffer, { records, refusal }: Read): Promise<string | undefined> {
  const theirs: KafkajsRecord[] = [];
  try {
    // Where ours stopped, the next entry is of no interest, and may be endless.
    const rest = kafkajsReads(bytes);
    while (refusal === undefined || theirs.length < records.length) {
      const { value, done } = await rest.next();
      if (done === true) break;
      theirs.push(...value);
    }
  } catch (thrown) {
    return `kafkajs refuses it (${String(thrown)})`;
  }
  if (refusal === undefined && records.length < theirs.length)
    return `${records.length} records, of kafkajs' ${theirs.length}, and no refusal`;
  const wrong = records.findIndex((record, i) => {
    const same = theirs[i];
    return same === undefined || !sameRecord(record, same);
  });
  return wrong < 0 ? undefined : `record ${wrong} is another for kafkajs`;
}

/** Whether the fall-back read the same, headers in the same order. */
function sameRead(one: Read, other: Read): boolean {
  return (
    one.refusal?.code === other.refusal?.code &&
    one.records.length === other.records.length &&
    one.records.every((record, i) => {
      const same = other.records[i];
      return same !== undefined && isDeepStrictEqual(plain(record), plain(same));
    })
  );
}

function plain({ offset, timestamp, key, value, headers }: SinkRecord): unknown {
  return [offset, Number.isSafeInteger(timestamp) ? timestamp : 'past 2^53', key, value, ...headers];
}

it(`${BATCHES} damaged batches from seed ${SEED}`, { timeout: 1_800_000 }, async () => {
  // Most batches are refused, and where each refusal came from is of no interest.
  Error.stackTraceLimit = 0;
  const crc32c = await loadCrc32c();
  const making = randomOf(SEED);
  const corpus: Buffer[] = [];
  for (let i = 0; i < CORPUS; i++) corpus.push(await validBatches(making));
  const seen = { refused: 0, whole: 0, records: 0 };
  for (let i = 0; i < BATCHES; i++) {
    const random = randomOf(SEED + i);
    let bytes = mutated(random.pick(corpus), random.pick(corpus), random);
    if (random.chance(0.5)) {
      mend(bytes, random, crc32c);
      // Damage that was there before the records were compressed.
      const { start = 0, end = 0 } = entriesIn(bytes).next().value ?? {};
      if (random.chance(0.02) && end - start > 61) bytes = await packed(bytes.subarray(start, end), someCodec(random));
    }
    const where = () => `batch ${i} of seed ${SEED}: ${bytes.toString('hex')}`;
    const read = await readBy('fast', bytes).catch((thrown: unknown) => {
      throw new Error(`the walker broke at ${where()}`, { cause: thrown });
    });
    if (read.refusal !== undefined) seen.refused++;
    else seen.whole++;
    seen.records += read.records.length;
    if (read.refusal === undefined || read.records.length > 0) {
      const wrong = await complaint(bytes, read);
      if (wrong !== undefined) expect.fail(`${wrong}, at ${where()}`);
    }
    if (i % FALLBACK_EVERY === 0) {
      const fallback = await readBy('kafkajs', bytes);
      if (!sameRead(read, fallback)) expect.fail(`the fall-back reads something else at ${where()}`);
      fallback.release();
    }
    read.release();
  }
  // Neither all refused nor all read: the damage is of use.
  expect(seen.refused).toBeGreaterThan(BATCHES / 10);
  expect(seen.records).toBeGreaterThan(BATCHES / 10);
});
