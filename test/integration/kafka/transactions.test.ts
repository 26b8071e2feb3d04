/** Transactions of one transactional id, begun by many at once: that is what fences, and no reason to fail. The broker itself fails at some of
 *  them (`UNKNOWN_SERVER_ERROR` of Kafka 4.3.1). */
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../shared/clock.ts';
import { TransactionFenced, TransactionInDoubt, Transactions } from '../../../shared/kafka/log/transactions.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { fetchOfRun } from '../../helpers/fetch-of-run.ts';
import { kafkaForTests, uniqueName } from '../../helpers/kafka.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { consumerOptions, newTopic, started, testDriver, textRecord } from './harness.ts';

const WRITERS = 12;
const TIMES = 60;

it('of many that begin and write at once each learns what became of it, or that nobody knows', async () => {
  const { bootstrapServers } = await kafkaForTests();
  const connection = { bootstrapServers: bootstrapServers.split(','), clientId: 'tests', fetch: fetchOfRun };
  const deps = { logger: silentLogger, clock: systemClock, random: Math.random };
  const options = { transactionalId: uniqueName('id'), timeoutMs: 10_000 };
  const driver = await testDriver();
  const topic = await newTopic(driver);
  const { signal } = new AbortController();
  const ends = { committed: [] as string[], inDoubt: [] as string[], fenced: [] as string[] };
  const writer = async (_: unknown, number: number) => {
    const transactions = new Transactions(connection, options, deps);
    onTestFinished(() => transactions.close());
    await transactions.prepare(60_000);
    for (let i = 0; i < TIMES; i++) {
      const value = `${number}/${i}`;
      const transaction = await transactions.begin(signal);
      try {
        await transaction.send({ topic, partition: 0 }, [textRecord(value)], signal);
        await transaction.commit(signal);
        ends.committed.push(value);
      } catch (thrown) {
        if (thrown instanceof TransactionFenced) ends.fenced.push(value);
        else if (thrown instanceof TransactionInDoubt) ends.inDoubt.push(value);
        else throw thrown;
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  // Readers wait for the end of the last one, which nobody began after.
  const last = new Transactions(connection, options, deps);
  onTestFinished(() => last.close());
  await last.begin(signal);
  const { seen } = await started(driver, consumerOptions([topic]));
  await waitFor(() => seen.caughtUp(1) && ends.committed.every((value) => seen.values.includes(value)), {
    what: 'what was committed',
  });
  expect(ends.committed.length).toBeGreaterThan(0);
  expect(ends.fenced.length).toBeGreaterThan(0);
  expect(new Set(seen.values).size).toBe(seen.values.length);
  const perhaps = new Set([...ends.committed, ...ends.inDoubt]);
  expect(seen.values.filter((value) => !perhaps.has(value))).toEqual([]);
});
