import { describe, expect, it } from 'vitest';
import type { ProducerRecord } from '../../../../../shared/kafka/driver.ts';
import { Interrupted } from '../../../../../shared/kafka/interruption.ts';
import { ExclusiveWriter } from '../../../../../shared/kafka/log/exclusive-writer.ts';
import {
  type Transaction,
  TransactionFenced,
  TransactionInDoubt,
} from '../../../../../shared/kafka/log/transactions.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';

const record: ProducerRecord = { key: Buffer.from('k'), value: Buffer.from('v'), headers: [], timestamp: 0 };

/** A log in memory whose transactions go wrong as told. */
function setUp() {
  const clock = new ManualClock();
  clock.sleep = async (ms) => void steps.push(`wait ${ms}`);
  const steps: string[] = [];
  /** What the next commits do: `lost-before` and `lost-after` lose the answer, the commit with it or not. */
  const commits: ('ok' | 'fenced' | 'lost-before' | 'lost-after')[] = [];
  const sends: ('ok' | 'fenced' | 'broken')[] = [];
  const watches = new Set<{ offset: number; seen: boolean }>();
  const log: number[] = [];
  let end = 10;
  const follower = {
    latest: async () => {
      steps.push('latest');
      for (const watch of watches) watch.seen ||= log.includes(watch.offset);
    },
    past: async () => undefined,
  };
  const begin = async (signal: AbortSignal) => {
    signal.throwIfAborted();
    steps.push('begin');
    let first = -1;
    const transaction = {
      send: async () => {
        steps.push('send');
        const how = sends.shift() ?? 'ok';
        if (how === 'fenced') throw new TransactionFenced('somebody else');
        if (how === 'broken') throw new Interrupted('the time is up');
        first = end;
        end += 2;
        return first;
      },
      commit: async () => {
        steps.push('commit');
        const how = commits.shift() ?? 'ok';
        if (how === 'fenced') throw new TransactionFenced('somebody else');
        if (how !== 'lost-before') log.push(first);
        if (how !== 'ok') throw new TransactionInDoubt('lost');
      },
      abort: async () => void steps.push('abort'),
    };
    return transaction as unknown as Transaction;
  };
  const watching = {
    watch: (offset: number) => {
      const watch = { offset, seen: false };
      watches.add(watch);
      return watch;
    },
    unwatch: (watch: { seen: boolean }) => void watches.delete(watch as { offset: number; seen: boolean }),
  };
  const writer = new ExclusiveWriter(
    { topic: 't', partition: 0 },
    { transactions: { begin }, follower, watching, clock, random: () => 0 },
  );
  return { writer, steps, commits, sends, log, watches };
}

const never = new AbortController().signal;

describe('ExclusiveWriter', () => {
  it('fences the others before it reads, and reads before it decides', async () => {
    const { writer, steps } = setUp();
    const end = await writer.write(() => {
      steps.push('decide');
      return [record];
    }, never);
    expect(steps).toEqual(['latest', 'decide', 'begin', 'latest', 'decide', 'send', 'commit']);
    expect(end).toBe(11);
  });

  it('writes nothing where there is nothing to write, or the decision is an error', async () => {
    const { writer, steps } = setUp();
    expect(await writer.write(() => [], never)).toBeUndefined();
    const refusal = new Error('there is one already');
    const refusing = () => {
      throw refusal;
    };
    await expect(writer.write(refusing, never)).rejects.toBe(refusal);
    expect(steps).not.toContain('begin');
  });

  it('decides again when somebody else wrote meanwhile', async () => {
    const { writer, steps, sends, commits, log } = setUp();
    sends.push('fenced', 'ok', 'ok');
    commits.push('fenced', 'ok');
    let decided = 0;
    await writer.write(() => {
      decided++;
      return [record];
    }, never);
    expect(decided).toBe(4);
    expect(log).toHaveLength(1);
    expect(steps.filter((step) => step === 'begin')).toHaveLength(3);
    expect(steps.filter((step) => step.startsWith('wait'))).toHaveLength(2);
  });

  it('is done when a commit whose answer was lost was made', async () => {
    const { writer, commits, log, steps, watches } = setUp();
    commits.push('lost-after');
    expect(await writer.write(() => [record], never)).toBe(11);
    expect(log).toEqual([10]);
    expect(steps.slice(-3)).toEqual(['commit', 'begin', 'latest']);
    expect(watches.size).toBe(0);
  });

  it('writes once more when a commit whose answer was lost was not made', async () => {
    const { writer, commits, log } = setUp();
    commits.push('lost-before', 'ok');
    await writer.write(() => [record], never);
    expect(log).toEqual([12]);
  });

  it('says that nobody knows when the time is up before the log tells', async () => {
    const { writer, commits } = setUp();
    const limit = new AbortController();
    commits.push('lost-before');
    const work = writer.write(() => {
      // By the time the commit is lost.
      queueMicrotask(() => limit.abort(new Interrupted('the time is up')));
      return [record];
    }, limit.signal);
    await expect(work).rejects.toBeInstanceOf(TransactionInDoubt);
  });

  it('ends a transaction that it cannot go on with, so that readers need not wait for it', async () => {
    const { writer, sends, steps } = setUp();
    sends.push('broken');
    await expect(writer.write(() => [record], never)).rejects.toBeInstanceOf(Interrupted);
    expect(steps).toEqual(['latest', 'begin', 'latest', 'send', 'abort']);
  });
});
