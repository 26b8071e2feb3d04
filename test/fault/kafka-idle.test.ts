/** kafkajs issues 1704, 1751: once a request was answered, its queue arms a timer of 0 ms for ever. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { Api } from '../helpers/fault-proxy.ts';
import { startProxiedKafka } from '../helpers/proxied-kafka.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { consumerOptions, newTopic, produce, started } from '../integration/kafka/harness.ts';

const POLLS = 10;

/** What is armed by whoever came to be in its context, and by nobody else: other tests of this worker may leave something behind. */
const here = new AsyncLocalStorage<true>();

/** Counts timers and immediates from now on. */
function countArmed() {
  const { setTimeout, setImmediate } = globalThis;
  let armed = 0;
  const counting = <F extends object>(arm: F): F =>
    new Proxy(arm, {
      apply(target, self, args) {
        if (here.getStore()) armed++;
        return Reflect.apply(target as () => unknown, self, args);
      },
    });
  Object.assign(globalThis, { setTimeout: counting(setTimeout), setImmediate: counting(setImmediate) });
  const stop = () => {
    Object.assign(globalThis, { setTimeout, setImmediate });
    return armed;
  };
  onTestFinished(() => void stop());
  return stop;
}

it('an idle consumer and an idle producer send what they must and arm a timer or two for each request, no more', async () => {
  const { proxy, driver } = await startProxiedKafka();
  const topic = await newTopic(driver, 6);
  const options = consumerOptions([topic], {
    fetchMaxWaitMs: 300,
    heartbeatIntervalMs: 1_000,
    metadataMaxAgeMs: 60_000,
  });
  const { producer, consumer, seen } = await here.run(true, async () => {
    const own = driver.producer();
    await own.send(topic, 0, [{ key: null, value: Buffer.from('v'), headers: [], timestamp: systemClock.now() }]);
    return { producer: own, ...(await started(driver, options)) };
  });
  await produce(driver, topic, ['w'], 1);
  await waitFor(() => seen.delivered.length === 2 && seen.progress.size === 6, { what: 'the records' });

  const stop = countArmed();
  const before = proxy.requests.length;
  const fetches = () => proxy.requests.slice(before).filter(({ apiKey }) => apiKey === Api.fetch).length;
  await waitFor(() => fetches() >= POLLS, { what: 'long polls' });
  const timers = stop();
  const requests = proxy.requests.length - before;
  await consumer.close();
  await producer.close();

  // A fetch for all six partitions each 300 ms, and a heartbeat each second.
  const kinds = new Set(proxy.requests.slice(before, before + requests).map(({ apiKey }) => apiKey));
  expect([...kinds].every((kind) => kind === Api.fetch || kind === Api.heartbeat)).toBe(true);
  expect(requests).toBeLessThan(2 * POLLS);
  // For each request its deadline, for each heartbeat also the wait before it.
  expect(timers).toBeGreaterThanOrEqual(POLLS);
  expect(timers).toBeLessThan(3 * requests);
});
