/** What every sink's writer promises, as one suite. A sink gives a harness over its real client and the target's server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { matchOutcomes } from '../../shared/answer.ts';
import { systemClock } from '../../shared/clock.ts';
import { encodeEnvelope, PLAIN_ENVELOPE } from '../../shared/envelope/encode.ts';
import { FatalError, RetriableError } from '../../shared/errors.ts';
import { silentLogger } from '../../shared/logger.ts';
import type { RecordOutcome } from '../../shared/outcomes.ts';
import type { RecordBatch } from '../../shared/records.ts';
import type { SinkWriter, WriteContext } from '../../shared/sink.ts';
import { createSinkHandler } from '../../shared/sink-handler.ts';
import { batchOfRecords, offsets, type ShortRecord } from '../helpers/records.ts';

/** A record as the target holds it. */
export interface StoredRecord {
  readonly offset: number;
  /** Null when it has none. */
  readonly key: string | null;
  /** Null for a tombstone, and for an overflowed record without its value. */
  readonly value: string | null;
  readonly overflowed: boolean;
}

/** A fresh, empty target with a writer, and what can go wrong with it. */
export interface ConformanceTarget {
  readonly writer: SinkWriter;
  /** Everything that the target holds of `orders-0`; a record held twice comes twice. */
  stored(): Promise<readonly StoredRecord[]>;
  /** The next request is refused for its rate; the target asks to wait for `retryAfterMs`. */
  throttleNext(retryAfterMs: number): void;
  /** The next write is done, and its reply lost. */
  loseNextReply(): void;
  /** The next write is neither done nor answered. The function returned resolves when the target holds it. */
  hangNext(): () => Promise<void>;
  /** Writers to the same target, with wrong credentials, and to one that does not exist. */
  withBadCredentials(): SinkWriter;
  withMissingTarget(): SinkWriter;
  /** Stores a value as a claim check and says where. */
  storeValue(offset: number, value: string): Promise<string>;
  close(): Promise<void>;
}

/** What a target makes of a record that not every target can hold. `deletes`: it is answered as written, and takes away what has its key. */
export type Fate = 'written' | 'errant' | 'deletes';

export interface ConformanceHarness {
  open(): Promise<ConformanceTarget>;
  /** A value that holds this text, as the target takes it. */
  valueWith(text: string): string;
  readonly fates: {
    readonly tombstone: Fate;
    readonly emptyValue: Fate;
    /** A record that came without its value, for it was too large. */
    readonly overflowed: Fate;
    /** One that says where its value was stored. */
    readonly claimCheck: Fate;
  };
  /** What becomes of a batch that comes again: `once` (absent), or `again` where the target promises no more than at least once. */
  readonly repeats?: 'once' | 'again';
  /** Records of a full batch. */
  readonly fullBatch: number;
  /** Records of which the target refuses those with the offsets `refused`; absent where it refuses none alone. */
  readonly partlyRefused?: { readonly records: readonly ShortRecord[]; readonly refused: readonly number[] };
}

const BUDGET_MS = 60_000;

function context(leftMs = BUDGET_MS): WriteContext {
  return { signal: new AbortController().signal, deadlineAt: Date.now() + leftMs };
}

/** Outcomes in batch order; also proves that the answer covers the batch. */
async function outcomesOf(
  writer: SinkWriter,
  batch: RecordBatch,
): Promise<readonly Pick<RecordOutcome, 'offset' | 'status' | 'code' | 'message'>[]> {
  const matched = matchOutcomes(batch, await writer.write(batch, context()));
  if (!matched.allWritten) return matched.each;
  return batch.segments.flatMap(({ block, from, to }) =>
    Array.from(block.offsets.subarray(from, to), (offset) => ({ offset, status: 'written' as const })),
  );
}

const byOffset = (a: StoredRecord, b: StoredRecord) => a.offset - b.offset;

export function describeSinkConformance(name: string, harness: ConformanceHarness): void {
  describe(`${name} keeps what every sink promises`, () => {
    let target: ConformanceTarget;
    const closing: SinkWriter[] = [];
    const closedLater = (writer: SinkWriter) => {
      closing.push(writer);
      return writer;
    };
    const stored = async () => [...(await target.stored())].sort(byOffset);
    const storedOffsets = async () => (await stored()).map(({ offset }) => offset);
    const write = (batch: RecordBatch) => outcomesOf(target.writer, batch);
    const { valueWith, fates } = harness;
    const plain = (offset: number): ShortRecord => ({ offset, value: valueWith(`v${offset}`) });
    const plainBatch = (from: number, to: number) => batchOfRecords(offsets(from, to).map(plain));
    /** Writes records, some of which the target may refuse, and proves that exactly the others are there. */
    const writeSome = async (records: readonly (ShortRecord & { readonly fate: Fate })[]) => {
      const outcomes = await write(batchOfRecords(records));
      expect(outcomes.map(({ status }) => status)).toEqual(
        records.map(({ fate }) => (fate === 'deletes' ? 'written' : fate)),
      );
      expect(await stored()).toEqual(
        records
          .filter(({ fate }) => fate === 'written')
          .map(({ offset, key = null, value = null, overflow }) => ({
            ...{ offset, key, value, overflowed: overflow !== undefined },
          })),
      );
    };
    const handlerOf = (writer: SinkWriter) =>
      createSinkHandler({
        writer,
        keyConverter: 'string',
        valueConverter: 'string',
        invocationSource: 'dispatcher',
        clock: systemClock,
        logger: silentLogger,
        reserveMs: 0,
      });

    beforeEach(async () => {
      target = await harness.open();
    });
    afterEach(async () => {
      for (const writer of closing.splice(0)) await writer.close();
      await target.close();
    });

    it('an event without records is written and leaves nothing behind', async () => {
      expect(await handlerOf(target.writer)(Buffer.from('[]'))).toEqual({ version: 1, all: 'written', count: 0 });
      expect(await stored()).toEqual([]);
    });

    it('a full batch', async () => {
      await writeSome(offsets(0, harness.fullBatch).map((offset) => ({ ...plain(offset), fate: 'written' })));
    });

    it('tombstones, empty values, null and empty keys stay what they are, or are errant', async () => {
      await writeSome([
        { offset: 1, key: 'k', value: null, fate: fates.tombstone },
        { offset: 2, key: 'k', value: '', fate: fates.emptyValue },
        { offset: 4, key: null, value: valueWith('甲"\n'), fate: 'written' },
        { offset: 9, key: '', value: valueWith('v'), fate: 'written' },
      ]);
    });

    it('an oversize record without its value is written as a flag, or is errant', async () => {
      const overflow = { valueSize: 9_000_000 };
      await writeSome([
        { ...plain(2), fate: 'written' },
        { offset: 3, key: 'k', value: null, overflow, fate: fates.overflowed },
      ]);
    });

    it('an oversize record whose value was stored is written whole, or is errant', async () => {
      const value = valueWith('large '.repeat(10_000));
      const valueRef = await target.storeValue(3, value);
      const overflow = { valueSize: Buffer.byteLength(value), valueRef };
      const fate = fates.claimCheck;
      const batch = batchOfRecords([plain(1), { offset: 3, key: 'k', value: null, overflow }, plain(5)]);
      expect((await write(batch)).map(({ status }) => status)).toEqual(['written', fate, 'written']);
      const whole = { offset: 3, key: 'k', value, overflowed: false };
      expect((await stored()).filter(({ offset }) => offset === 3)).toEqual(fate === 'written' ? [whole] : []);
      expect(await storedOffsets()).toEqual(fate === 'written' ? [1, 3, 5] : [1, 5]);
    });

    const { partlyRefused } = harness;
    if (partlyRefused !== undefined) {
      it('records that the target refuses are errant, the others written', async () => {
        const { records, refused } = partlyRefused;
        for (const { offset, status, ...reason } of await write(batchOfRecords(records))) {
          expect([offset, status]).toEqual([offset, refused.includes(offset) ? 'errant' : 'written']);
          if (status !== 'errant') continue;
          expect(reason).toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/), message: expect.any(String) });
        }
        const written = records.map(({ offset }) => offset).filter((offset) => !refused.includes(offset));
        expect(await storedOffsets()).toEqual(written);
      });
    }

    it('throttling is retriable, says how long to wait, and passes', async () => {
      target.throttleNext(3_000);
      const batch = plainBatch(0, 5);
      await expect(target.writer.write(batch, context())).rejects.toMatchObject({
        name: 'RetriableError',
        retryAfterMs: 3_000,
      });
      await write(batch);
      expect(await storedOffsets()).toEqual(offsets(0, 5));
    });

    it('bad credentials and a missing target are fatal, with what to do and no secret', async () => {
      for (const writer of [target.withBadCredentials(), target.withMissingTarget()].map(closedLater)) {
        const failure: unknown = await writer.write(plainBatch(0, 1), context()).catch((error) => error);
        expect(failure).toBeInstanceOf(FatalError);
        expect(String(failure)).not.toContain('secret-of-the-test');
      }
      expect(await stored()).toEqual([]);
    });

    it('nothing is begun when the deadline is near', async () => {
      await expect(target.writer.write(plainBatch(0, 1), context(1))).rejects.toBeInstanceOf(RetriableError);
      expect(await stored()).toEqual([]);
    });

    it('a write that hangs ends with its signal', async () => {
      const held = target.hangNext();
      const abort = new AbortController();
      const writing = target.writer.write(plainBatch(0, 1), {
        signal: abort.signal,
        deadlineAt: Date.now() + BUDGET_MS,
      });
      // Handled at once: it may fail before anybody looks.
      const failure = writing.catch((error: unknown) => error);
      await held();
      abort.abort();
      expect(await failure).toBeInstanceOf(RetriableError);
    });

    /** Of a batch that was written twice. */
    const twice = harness.repeats === 'again' ? offsets(0, 20).flatMap((offset) => [offset, offset]) : offsets(0, 20);
    const times = harness.repeats === 'again' ? 'twice: nothing tells it from another one' : 'once';

    it(`the same batch twice is there ${times}`, async () => {
      const batch = plainBatch(0, 20);
      expect(await write(batch)).toEqual(await write(batch));
      expect(await storedOffsets()).toEqual(twice);
    });

    it(`a write whose reply was lost is, after the retry, there ${times}`, async () => {
      target.loseNextReply();
      const batch = plainBatch(0, 20);
      await expect(target.writer.write(batch, context())).rejects.toBeInstanceOf(RetriableError);
      await write(batch);
      expect(await storedOffsets()).toEqual(twice);
    });

    it('batches written at the same time do not disturb each other', async () => {
      const batches = [0, 1, 2, 3].map((i) => plainBatch(i * 50, i * 50 + 50));
      await Promise.all(batches.map(write));
      expect(await storedOffsets()).toEqual(offsets(0, 200));
    });

    it('the handler answers the same to the decoded view and to the envelope bytes', async () => {
      const records: readonly ShortRecord[] = partlyRefused?.records ?? [plain(0), { offset: 1, value: null }];
      const batch = batchOfRecords(records);
      const direct = await outcomesOf(target.writer, batch);
      const before = await stored();
      const other = await harness.open();
      try {
        const answer = await handlerOf(other.writer)(encodeEnvelope(batch, PLAIN_ENVELOPE));
        const matched = 'fatal' in answer ? undefined : matchOutcomes(batch, answer);
        expect(matched).toBeDefined();
        const statuses =
          matched?.allWritten === true ? direct.map(() => 'written') : matched?.each.map(({ status }) => status);
        expect(statuses).toEqual(direct.map(({ status }) => status));
        expect([...(await other.stored())].sort(byOffset)).toEqual(before);
      } finally {
        await other.close();
      }
    });
  });
}
