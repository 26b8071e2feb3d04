/** kafkajs issues 1704, 1751: once a request was answered, its queue arms a timer of 0 ms for ever. */
import { expect, it, vi } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { Api } from '../helpers/fault-proxy.ts';
import { startProxiedKafka } from '../helpers/proxied-kafka.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { consumerOptions, newTopic, produce, started } from '../integration/kafka/harness.ts';

const POLLS = 10;

it('an idle consumer and an idle producer send what they must and arm a timer or two for each request, no more', async () => {
  const { proxy, driver } = await startProxiedKafka();
  const topic = await newTopic(driver, 6);
  const producer = driver.producer();
  const { consumer, seen } = await started(
    driver,
    consumerOptions([topic], { fetchMaxWaitMs: 300, heartbeatIntervalMs: 1_000, metadataMaxAgeMs: 60_000 }),
  );
  await producer.send(topic, 0, [{ key: null, value: Buffer.from('v'), headers: [], timestamp: systemClock.now() }]);
  await produce(driver, topic, ['w'], 1);
  await waitFor(() => seen.delivered.length === 2 && seen.progress.size === 6, { what: 'the records' });

  const armed = vi.spyOn(globalThis, 'setTimeout');
  const immediates = vi.spyOn(globalThis, 'setImmediate');
  const before = proxy.requests.length;
  const fetches = () => proxy.requests.slice(before).filter(({ apiKey }) => apiKey === Api.fetch).length;
  // The test's own timer for looking is among those counted.
  let looks = 0;
  await waitFor(() => ++looks > 0 && fetches() >= POLLS, { what: 'long polls' });
  const timers = armed.mock.calls.length + immediates.mock.calls.length;
  vi.restoreAllMocks();
  const requests = proxy.requests.length - before;
  await consumer.close();
  await producer.close();

  // A fetch for all six partitions each 300 ms, and a heartbeat each second.
  const kinds = new Set(proxy.requests.slice(before, before + requests).map(({ apiKey }) => apiKey));
  expect([...kinds].every((kind) => kind === Api.fetch || kind === Api.heartbeat)).toBe(true);
  expect(requests).toBeLessThan(2 * POLLS);
  // For each request its deadline, for each heartbeat also the wait before it.
  expect(timers - looks).toBeLessThan(3 * requests);
});
