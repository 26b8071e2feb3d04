import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAnswer, matchOutcomes, parseAnswer } from '../../../shared/answer.ts';
import type { BatchOutcome, OutcomeStatus, RecordOutcome } from '../../../shared/outcomes.ts';
import { batchOfRecords } from '../../helpers/records.ts';

function outcome(offset: number, status: OutcomeStatus = 'written', more: object = {}): RecordOutcome {
  const code = status === 'errant' || status === 'retry' ? { code: 'SOME_CODE' } : {};
  return { topic: 'orders', partition: 0, offset, status, ...code, ...more };
}

function asJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

describe('parseAnswer', () => {
  it.each<[string, Buffer | string | object]>([
    ['an empty body', Buffer.alloc(0)],
    ['text that is not JSON', 'OK'],
    ['bytes that are not UTF-8', Buffer.from([0xff, 0x7b])],
    ['null', 'null'],
    ['a number', '1'],
    ['a list', '[{"version":1,"all":"written"}]'],
    ['an object of its own', { success: true }],
    ['a version without a form', { version: 1, result: 'fine' }],
    ['a form without a version', { all: 'written', count: 1 }],
    ['a version that is text', { version: '1', all: 'written', count: 1 }],
  ])('says that %s is not of our shape', (_name, body) => {
    expect(parseAnswer(body)).toBeUndefined();
  });

  it.each<[string, BatchOutcome]>([
    ['all written', { all: 'written', count: 3 }],
    [
      'outcomes',
      { outcomes: [outcome(1), outcome(2, 'retry', { message: 'later', retryAfterMs: 5 }), outcome(3, 'dropped')] },
    ],
    ['no outcomes', { outcomes: [] }],
  ])('reads what encodeAnswer made of %s, as bytes, text and object', (_name, made) => {
    const answer = encodeAnswer(made);
    expect(answer).toEqual({ version: 1, ...made });
    expect(parseAnswer(asJson(answer))).toEqual(answer);
    expect(parseAnswer(JSON.stringify(answer))).toEqual(answer);
    expect(parseAnswer(answer)).toEqual(answer);
  });

  it('reads a fatal answer', () => {
    const answer = { version: 1, fatal: { code: 'OSS_BUCKET_MISSING', message: 'no such bucket' } };
    expect(parseAnswer(asJson(answer))).toEqual(answer);
    const healing = { version: 1, fatal: { ...answer.fatal, mayHeal: true } };
    expect(parseAnswer(asJson(healing))).toEqual(healing);
    expect(parseAnswer(asJson({ version: 1, fatal: { ...answer.fatal, mayHeal: false } }))).toEqual(answer);
  });

  it('takes null for an absent optional field, as other languages write it', () => {
    const answer = { version: 1, outcomes: [{ ...outcome(1), code: null, message: null, retryAfterMs: null }] };
    expect(parseAnswer(asJson(answer))).toEqual({ version: 1, outcomes: [outcome(1)] });
  });

  it.each<[string, object, string]>([
    ['another version', { version: 2, all: 'written', count: 1 }, 'version 2'],
    ['two forms', { version: 1, all: 'written', count: 1, outcomes: [] }, 'all and outcomes'],
    ['another "all"', { version: 1, all: 'read', count: 1 }, '"read"'],
    ['a missing count', { version: 1, all: 'written' }, '"count"'],
    ['a negative count', { version: 1, all: 'written', count: -1 }, '-1'],
    ['a fatal without code', { version: 1, fatal: { message: 'm' } }, '"fatal"'],
    ['a healing that is neither', { version: 1, fatal: { code: 'C', message: 'm', mayHeal: 1 } }, 'mayHeal 1'],
    ['outcomes that are no list', { version: 1, outcomes: {} }, '"outcomes"'],
    ['an outcome that is no object', { version: 1, outcomes: [1] }, 'outcome 0'],
    ['an outcome without topic', { version: 1, outcomes: [{ ...outcome(7), topic: undefined }] }, 'topic'],
    ['a partition as text', { version: 1, outcomes: [{ ...outcome(7), partition: '0' }] }, 'partition "0"'],
    ['an offset past what a number holds', { version: 1, outcomes: [{ ...outcome(7), offset: 2 ** 53 }] }, 'offset'],
    ['an unknown status', { version: 1, outcomes: [{ ...outcome(7), status: 'ok' }] }, 'offset 7 has status "ok"'],
    ['a status of the prototype', { version: 1, outcomes: [{ ...outcome(7), status: 'constructor' }] }, 'offset 7'],
    ['errant without code', { version: 1, outcomes: [{ ...outcome(7), status: 'errant' }] }, 'offset 7 is errant'],
    ['retry with an empty code', { version: 1, outcomes: [outcome(7, 'retry', { code: '' })] }, 'offset 7 is retry'],
    ['a message that is no text', { version: 1, outcomes: [outcome(7, 'written', { message: {} })] }, 'offset 7'],
    ['a negative wait', { version: 1, outcomes: [outcome(7, 'retry', { retryAfterMs: -1 })] }, 'retryAfterMs -1'],
  ])('refuses %s and says so', (_name, body, named) => {
    const refusal = expect.objectContaining({
      name: 'FatalError',
      code: 'ANSWER_INVALID',
      message: expect.stringContaining(named),
    });
    expect(() => parseAnswer(asJson(body))).toThrow(refusal);
    expect(() => parseAnswer(asJson(body))).toThrow(/the function must answer version 1/);
  });

  it('shows little of what came', () => {
    const long = { version: 1, outcomes: 'x'.repeat(10_000) };
    expect(() => parseAnswer(long)).toThrow(expect.objectContaining({ message: expect.not.stringMatching(/x{81}/) }));
  });
});

describe('matchOutcomes', () => {
  const batch = batchOfRecords([3, 5, 8]);

  it('takes "all written" with the right count', () => {
    expect(matchOutcomes(batch, { all: 'written', count: 3 })).toEqual({ allWritten: true });
  });

  it('sees that every single outcome is written', () => {
    expect(matchOutcomes(batch, { outcomes: [outcome(8), outcome(3), outcome(5)] })).toEqual({ allWritten: true });
  });

  it('matches by offset and not by position', () => {
    const each = [outcome(3, 'errant'), outcome(5, 'retry', { retryAfterMs: 9 }), outcome(8, 'dropped')];
    fc.assert(
      fc.property(fc.shuffledSubarray(each, { minLength: 3 }), (outcomes) => {
        expect(matchOutcomes(batch, { outcomes })).toEqual({ allWritten: false, each });
      }),
    );
  });

  it.each<[string, BatchOutcome, string]>([
    ['a smaller count', { all: 'written', count: 2 }, 'orders-0 offsets 3 to 8'],
    ['a larger count', { all: 'written', count: 4 }, '4'],
    ['silence', { outcomes: [] }, 'orders-0 offset 3'],
    ['a missing record', { outcomes: [outcome(3), outcome(8)] }, 'orders-0 offset 5'],
    ['a doubled record', { outcomes: [outcome(3), outcome(5), outcome(5)] }, 'orders-0 offset 5 twice'],
    ['an unknown offset', { outcomes: [outcome(3), outcome(5), outcome(8), outcome(4)] }, 'orders-0 offset 4'],
    ['another topic', { outcomes: [outcome(3), outcome(5), { ...outcome(8), topic: 'other' }] }, 'other-0 offset 8'],
    ['another partition', { outcomes: [outcome(3), outcome(5), { ...outcome(8), partition: 1 }] }, 'orders-1 offset 8'],
  ])('refuses %s and names it', (_name, answered, named) => {
    expect(() => matchOutcomes(batch, answered)).toThrow(
      expect.objectContaining({
        name: 'FatalError',
        code: 'ANSWER_INCOMPLETE',
        message: expect.stringContaining(named),
      }),
    );
  });

  it.each<[string, object]>([
    ['an unknown status', { outcomes: [outcome(3), { ...outcome(5), status: 'skipped' }, outcome(8)] }],
    ['errant without a code', { outcomes: [outcome(3), { ...outcome(5), status: 'errant' }, outcome(8)] }],
  ])('refuses %s from a writer in process too', (_name, answered) => {
    expect(() => matchOutcomes(batch, answered as BatchOutcome)).toThrow(
      expect.objectContaining({ code: 'ANSWER_INVALID', message: expect.stringContaining('offset 5') }),
    );
  });

  it('refuses whatever does not cover the batch exactly once, for any answer', () => {
    const anyOutcomes = fc.array(fc.constantFrom(outcome(3), outcome(5, 'retry'), outcome(8), outcome(9)), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(anyOutcomes, (outcomes) => {
        const covers =
          outcomes
            .map(({ offset }) => offset)
            .sort()
            .join() === '3,5,8';
        if (covers) expect(matchOutcomes(batch, { outcomes })).toMatchObject({ allWritten: false });
        else
          expect(() => matchOutcomes(batch, { outcomes })).toThrow(
            expect.objectContaining({ code: 'ANSWER_INCOMPLETE' }),
          );
      }),
    );
  });
});
