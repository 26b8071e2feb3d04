import { describe, expect, it } from 'vitest';
import {
  parkedRecord,
  redrivenRecord,
  refusedRecord,
} from '../../../../../functions/dispatcher/redrive/error-entry.ts';
import { offsetOfSource, sourceOf, splitMark } from '../../../../../functions/dispatcher/redrive/redrive-mark.ts';
import type { ProducerRecord } from '../../../../../shared/kafka/driver.ts';
import type { RecordHeader } from '../../../../../shared/records.ts';
import { errantEntry, errorRecord } from '../../../../helpers/error-records.ts';

const NOW = 1_700_000_000_000;
const OWN: RecordHeader[] = [{ key: 'a', value: Buffer.from([0x80]) }];

/** As the connector writes it when the redriven record fails again. */
function failsAgain({ headers, timestamp }: ProducerRecord, offset: number): ProducerRecord {
  return errorRecord({ topic: 'orders', offset, headers, timestamp });
}

describe('a record of an error topic', () => {
  it('is sent back as it was, and replaces its mark when it comes again', () => {
    const first = redrivenRecord(
      errantEntry(errorRecord({ topic: 'orders', offset: 9, headers: OWN, timestamp: 5 })),
      NOW,
    );
    expect(splitMark(first.headers)).toEqual({ own: OWN, mark: { source: 'errors/1/4', timestamp: 5, attempt: 1 } });
    expect(first.timestamp).toBe(NOW);
    const second = errantEntry(failsAgain(first, 20), 8);
    expect([second.attempts, second.timestamp, second.headers]).toEqual([1, 5, OWN]);
    expect(splitMark(redrivenRecord(second, NOW).headers)).toEqual({
      own: OWN,
      mark: { source: 'errors/1/8', timestamp: 5, attempt: 2 },
    });
  });

  it('goes to the sink with the headers that the connector read', () => {
    const redriven = redrivenRecord(errantEntry(errorRecord({ topic: 'orders', offset: 9, headers: OWN })), NOW);
    expect(errantEntry(failsAgain(redriven, 20)).headersAsRead).toEqual(redriven.headers);
  });

  it('keeps its note when it is parked, and can be sent back from there', () => {
    const parked = parkedRecord(errantEntry(errorRecord({ topic: 'orders', offset: 9, headers: OWN })), NOW);
    const there = errantEntry(parked);
    expect([there.note.offset, there.headers, there.attempts]).toEqual([9, OWN, 0]);
  });

  it('has the new reason and one attempt more when the sink refuses it again', () => {
    const reason = { stage: 'TASK_PUT', code: 'WORSE', message: 'm', errorClass: 'RecordError' };
    let refused = errantEntry(errorRecord({ topic: 'orders', offset: 9, headers: OWN, timestamp: 5 }));
    for (const attempt of [1, 2]) {
      refused = errantEntry(refusedRecord(refused, reason, NOW));
      expect([refused.attempts, refused.note.code, refused.note.offset]).toEqual([attempt, 'WORSE', 9]);
      expect([refused.headersAsRead, refused.timestamp]).toEqual([OWN, 5]);
    }
  });

  it('keeps marks that are its own', () => {
    const own = [{ key: 'spillway.redrive.attempt', value: Buffer.from('7') }];
    const found = errantEntry(errorRecord({ topic: 'orders', offset: 9, headers: own }));
    expect([found.headers, found.attempts]).toEqual([own, 0]);
  });

  it('names its place so that it is found again', () => {
    const tp = { topic: 'errors', partition: 1 };
    expect(offsetOfSource(sourceOf(tp, 17), tp)).toBe(17);
    expect(offsetOfSource('errors/11/7', tp)).toBeUndefined();
    expect(offsetOfSource('errors/1/x', tp)).toBeUndefined();
  });
});
