import { expect, it } from 'vitest';
import type { ErrantReason } from '../../../../shared/errant.ts';
import { RecordError } from '../../../../shared/errors.ts';
import { splitNote } from '../../../../shared/failure-note.ts';
import type { ProducerRecord } from '../../../../shared/kafka/driver.ts';
import { createErrorTopicWriter } from '../../../../shared/kafka/error-topic.ts';
import { blockAt } from '../../../helpers/dispatcher.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

const REASON = { stage: 'TASK_PUT', code: 'FUNCTION_FAILED', message: 'boom', errorClass: 'E' } as const;

function bytesOf({ value, headers = [] }: ProducerRecord): number {
  return headers.reduce((sum, header) => sum + (header.value?.length ?? 0), value?.length ?? 0);
}

/** Reports records with these reasons to a topic that takes so many bytes a record; what it has then, and how often it was asked. */
async function reported(mostBytes: number, ...reasons: readonly ErrantReason[]) {
  const taken: ProducerRecord[] = [];
  let requests = 0;
  const producer = {
    send: async (_: string, __: unknown, records: readonly ProducerRecord[]) => {
      requests++;
      if (records.some((record) => bytesOf(record) > mostBytes)) {
        throw new RecordError('RECORD_TOO_LARGE_FOR_TOPIC', 'too large');
      }
      taken.push(...records);
    },
    close: async () => undefined,
  };
  const names = { topic: 'errors', connector: 'c', task: 0, sinkClass: 'fc-sink' };
  const writer = createErrorTopicWriter({ producer, ...names, clock: new ManualClock() });
  const block = blockAt(reasons.map((_, offset) => offset));
  const ended = await writer
    .report(reasons.map((reason, index) => ({ block, index, reason })))
    .catch((e: unknown) => e);
  return { ended, requests, notes: taken.map(({ headers = [] }) => splitNote(headers)?.note) };
}

it('leaves out what the function said at length where that makes a record too large', async () => {
  const wordy = { ...REASON, stack: 's'.repeat(500), functionLog: 'l'.repeat(500) };
  const { ended, notes } = await reported(900, wordy);
  expect(ended).toBeUndefined();
  expect(notes).toMatchObject([{ message: 'boom', code: 'FUNCTION_FAILED', offset: 0 }]);
  expect([notes[0]?.stack, notes[0]?.functionLog]).toEqual([undefined, undefined]);
});

it('leaves out nothing of several at a time: whoever reports them sends halves', async () => {
  const wordy = { ...REASON, stack: 's'.repeat(2_000) };
  const { ended, requests } = await reported(900, REASON, wordy);
  expect(ended).toMatchObject({ code: 'RECORD_TOO_LARGE_FOR_TOPIC' });
  expect(requests).toBe(1);
});

it('says that a record is too large by itself, without asking twice for the same', async () => {
  const { ended, requests } = await reported(10, REASON);
  expect(ended).toMatchObject({ code: 'RECORD_TOO_LARGE_FOR_TOPIC' });
  expect(requests).toBe(1);
});
