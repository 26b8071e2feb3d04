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

export interface ConformanceHarness {
  open(): Promise<ConformanceTarget>;
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
): Promise<readonly Pick<RecordOutcome, 'offset' | 'status'>[]> {
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
      const all = offsets(0, harness.fullBatch);
      const outcomes = await write(batchOfRecords(all));
      expect(outcomes.every(({ status }) => status === 'written')).toBe(true);
      expect(await stored()).toEqual(
        all.map((offset) => ({ offset, key: null, value: `v${offset}`, overflowed: false })),
      );
    });

    it('tombstones, empty values, null and empty keys stay what they are', async () => {
      await write(
        batchOfRecords([
          { offset: 1, key: 'k', value: null },
          { offset: 2, key: 'k', value: '' },
          { offset: 4, key: null, value: '甲"\n' },
          { offset: 9, key: '', value: 'v' },
        ]),
      );
      expect(await stored()).toEqual([
        { offset: 1, key: 'k', value: null, overflowed: false },
        { offset: 2, key: 'k', value: '', overflowed: false },
        { offset: 4, key: null, value: '甲"\n', overflowed: false },
        { offset: 9, key: '', value: 'v', overflowed: false },
      ]);
    });

    it('an oversize record without its value is written as a flag', async () => {
      await write(batchOfRecords([{ offset: 3, key: 'k', value: null, overflow: { valueSize: 9_000_000 } }]));
      expect(await stored()).toEqual([{ offset: 3, key: 'k', value: null, overflowed: true }]);
    });

    it('an oversize record whose value was stored is written whole', async () => {
      const value = 'large '.repeat(10_000);
      const valueRef = await target.storeValue(3, value);
      const overflow = { valueSize: Buffer.byteLength(value), valueRef };
      expect(await write(batchOfRecords([1, { offset: 3, key: 'k', value: null, overflow }, 5]))).toHaveLength(3);
      expect((await stored())[1]).toEqual({ offset: 3, key: 'k', value, overflowed: false });
      expect(await storedOffsets()).toEqual([1, 3, 5]);
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
      const batch = batchOfRecords(offsets(0, 5));
      await expect(target.writer.write(batch, context())).rejects.toMatchObject({
        name: 'RetriableError',
        retryAfterMs: 3_000,
      });
      await write(batch);
      expect(await storedOffsets()).toEqual(offsets(0, 5));
    });

    it('bad credentials and a missing target are fatal, with what to do and no secret', async () => {
      for (const writer of [target.withBadCredentials(), target.withMissingTarget()].map(closedLater)) {
        const failure: unknown = await writer.write(batchOfRecords([0]), context()).catch((error) => error);
        expect(failure).toBeInstanceOf(FatalError);
        expect(String(failure)).not.toContain('secret-of-the-test');
      }
      expect(await stored()).toEqual([]);
    });

    it('nothing is begun when the deadline is near', async () => {
      await expect(target.writer.write(batchOfRecords([0]), context(1))).rejects.toBeInstanceOf(RetriableError);
      expect(await stored()).toEqual([]);
    });

    it('a write that hangs ends with its signal', async () => {
      const held = target.hangNext();
      const abort = new AbortController();
      const writing = target.writer.write(batchOfRecords([0]), {
        signal: abort.signal,
        deadlineAt: Date.now() + BUDGET_MS,
      });
      // Handled at once: it may fail before anybody looks.
      const failure = writing.catch((error: unknown) => error);
      await held();
      abort.abort();
      expect(await failure).toBeInstanceOf(RetriableError);
    });

    it('the same batch twice is there once', async () => {
      const batch = batchOfRecords(offsets(0, 20));
      expect(await write(batch)).toEqual(await write(batch));
      expect(await storedOffsets()).toEqual(offsets(0, 20));
    });

    it('a write whose reply was lost is there once after the retry', async () => {
      target.loseNextReply();
      const batch = batchOfRecords(offsets(0, 20));
      await expect(target.writer.write(batch, context())).rejects.toBeInstanceOf(RetriableError);
      await write(batch);
      expect(await storedOffsets()).toEqual(offsets(0, 20));
    });

    it('batches written at the same time do not disturb each other', async () => {
      const batches = [0, 1, 2, 3].map((i) => batchOfRecords(offsets(i * 50, i * 50 + 50)));
      await Promise.all(batches.map(write));
      expect(await storedOffsets()).toEqual(offsets(0, 200));
    });

    it('the handler answers the same to the decoded view and to the envelope bytes', async () => {
      const records: readonly ShortRecord[] = partlyRefused?.records ?? [{ offset: 0 }, { offset: 1, value: null }];
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
