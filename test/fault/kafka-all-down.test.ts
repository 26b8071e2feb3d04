/** kafkajs issues 1445, 1536, 1630: a consumer stops for good when the coordinator is not found for long, or answers something it takes for
 *  final. */
import { expect, it } from 'vitest';
import { Api, type Harm, withErrorCode } from '../helpers/fault-proxy.ts';
import { startProxiedKafka } from '../helpers/proxied-kafka.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { consumerOptions, newTopic, produce, started, texts } from '../integration/kafka/harness.ts';

/** More tries than any fixed number of retries would have. */
const TRIES = 12;
const COORDINATOR_NOT_AVAILABLE = 15;
const NOT_COORDINATOR = 16;
const UNKNOWN_MEMBER_ID = 25;

/** The first `times` answers to one kind of request say `code`. */
function refusing(apiKey: number, code: number, times = TRIES) {
  let given = 0;
  const harm: Harm = (request, answer) => {
    if (request.apiKey !== apiKey || given === times) return answer;
    given++;
    return withErrorCode(answer, code);
  };
  return { harm, isOver: () => given === times };
}

it('everything is down for long and then answers nonsense for long: the member goes on by itself', async () => {
  const { broker, proxy, driver } = await startProxiedKafka();
  const topic = await newTopic(driver, 1);
  const { consumer, seen } = await started(driver, consumerOptions([topic], { sessionTimeoutMs: 2_000 }));
  await produce(driver, topic, texts('before', 5));
  await waitFor(() => seen.delivered.length === 5, { what: 'the records before' });
  await consumer.commit([{ topic, partition: 0, offset: 5 }]);

  await broker.kill('SIGKILL');
  const connected = proxy.connections;
  await waitFor(() => proxy.connections >= connected + 2 * TRIES, { what: 'vain connects', timeoutMs: 180_000 });
  const lost = refusing(Api.findCoordinator, COORDINATOR_NOT_AVAILABLE);
  proxy.harm = lost.harm;
  await broker.restart();
  await waitFor(lost.isOver, { what: 'coordinators that are not found', timeoutMs: 180_000 });
  const moved = refusing(Api.joinGroup, NOT_COORDINATOR);
  proxy.harm = moved.harm;
  // It lost its session while everything was down, or it is told so now.
  const forgotten = refusing(Api.heartbeat, UNKNOWN_MEMBER_ID, 1);
  proxy.harm = (request, answer) => forgotten.harm(request, (moved.harm(request, answer) as Buffer) ?? answer);
  await waitFor(() => moved.isOver() && forgotten.isOver(), { what: 'joins at the wrong broker', timeoutMs: 180_000 });
  proxy.harm = undefined;

  await produce(driver, topic, texts('after', 5));
  await waitFor(() => new Set(seen.values).size === 10, { what: 'the records after', timeoutMs: 180_000 });
  expect(seen.values.filter((value) => value.startsWith('after'))).toEqual(texts('after', 5));
  expect([seen.failures, seen.gaps]).toEqual([[], []]);
  await consumer.commit([{ topic, partition: 0, offset: 10 }]);
  await consumer.close();
});
