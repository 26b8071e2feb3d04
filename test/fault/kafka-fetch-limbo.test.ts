/** kafkajs issues 1556, 1572, 1613: a fetch whose answer never comes keeps a consumer from reading for ever, and `disconnect` waits for the
 *  long poll. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { GroupConsumer } from '../../shared/kafka/group-consumer.ts';
import { silentLogger } from '../../shared/logger.ts';
import { Api } from '../helpers/fault-proxy.ts';
import { startProxiedKafka } from '../helpers/proxied-kafka.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { consumerOptions, newTopic, produce, Recording, started, texts } from '../integration/kafka/harness.ts';

describe('fetches that are never answered', () => {
  it('are given up by the watchdog: the broker is connected to anew, and nothing is lost or read twice', async () => {
    const { proxy, connection, driver } = await startProxiedKafka();
    const topic = await newTopic(driver, 2);
    const seen = new Recording();
    const consumer = new GroupConsumer(connection, consumerOptions([topic]), seen, {
      logger: silentLogger,
      clock: systemClock,
      random: Math.random,
      fetchWatchdogMs: 500,
    });
    await consumer.start();
    await produce(driver, topic, texts('before', 10), 0);
    await waitFor(() => seen.delivered.length === 10, { what: 'the records before' });

    const last = proxy.connections;
    const swallowed = new Set<number>();
    proxy.harm = (request, answer) => {
      if (request.apiKey !== Api.fetch || request.connection > last) return answer;
      swallowed.add(request.connection);
      return 'swallow';
    };
    await waitFor(() => swallowed.size > 0, { what: 'a swallowed answer' });
    await produce(driver, topic, texts('after', 10), 0);
    await produce(driver, topic, texts('other', 10), 1);
    await waitFor(() => seen.delivered.length === 30, { what: 'the records after' });
    expect(proxy.requestsOf(Api.fetch).some(({ connection: id }) => id > last)).toBe(true);
    expect(new Set(seen.values)).toEqual(
      new Set([...texts('before', 10), ...texts('after', 10), ...texts('other', 10)]),
    );
    // The group is asked over other connections: it noticed nothing.
    expect([seen.failures, seen.losses, seen.revocations, seen.assignments.length]).toEqual([[], [], [], 2]);
    await consumer.close();
  });
});

describe('close', () => {
  it('does not wait for a long poll', async () => {
    const { proxy, driver } = await startProxiedKafka();
    const topic = await newTopic(driver, 1);
    // Ten minutes: longer than this test may take.
    const { consumer, seen } = await started(driver, consumerOptions([topic], { fetchMaxWaitMs: 600_000 }));
    await produce(driver, topic, ['v']);
    await waitFor(() => seen.values.length === 1, { what: 'the record' });
    const poll = await waitFor(() => proxy.requestsOf(Api.fetch).find((request) => !request.answered), {
      what: 'a fetch that waits',
    });
    await consumer.close();
    expect(poll.answered).toBe(false);
    expect(seen.revocations).toEqual([{ topic, partition: 0 }]);
    expect(proxy.requestsOf(Api.leaveGroup)).toMatchObject([{ answered: true }]);
  });
});
