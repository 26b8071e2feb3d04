/** kafkajs reads the checksum of fetched batches and does not look at it. */
import { expect, it } from 'vitest';
import { Api } from '../helpers/fault-proxy.ts';
import { startProxiedKafka } from '../helpers/proxied-kafka.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { consumerOptions, newTopic, produce, started, texts } from '../integration/kafka/harness.ts';

it('a batch with a flipped bit is never delivered: its partition waits for a person, the others go on', async () => {
  const { proxy, driver } = await startProxiedKafka();
  const topic = await newTopic(driver, 2);
  let flipped = 0;
  proxy.harm = (request, answer) => {
    const at = request.apiKey === Api.fetch ? answer.indexOf('precious7') : -1;
    if (at < 0) return answer;
    flipped++;
    const damaged = Buffer.from(answer);
    // '7' becomes '6': still UTF-8, still a record.
    damaged.writeUInt8(damaged.readUInt8(at + 8) ^ 1, at + 8);
    return damaged;
  };
  const options = consumerOptions([topic]);
  await produce(driver, topic, texts('good', 5), 0);
  const { consumer, seen } = await started(driver, options);
  await waitFor(() => seen.delivered.length === 5, { what: 'the records before' });
  await produce(driver, topic, texts('precious', 10), 0);
  const halted = await waitFor(() => seen.assignments.find((p) => p.halted !== undefined), { what: 'a halt' });
  expect(halted).toMatchObject({ topic, partition: 0, position: 5, halted: { code: 'RECORD_BATCH_CORRUPT' } });
  expect(halted.halted?.message).toContain(`${topic}-0 offset 5`);
  expect(flipped).toBeGreaterThan(0);

  await produce(driver, topic, texts('later', 5), 0);
  await produce(driver, topic, texts('other', 5), 1);
  await waitFor(() => seen.values.includes('other4'), { what: 'the other partition' });
  expect(seen.values).toEqual([...texts('good', 5), ...texts('other', 5)]);
  await consumer.close();

  // Nothing behind the damage was passed: whoever comes next, without the damage, reads it all.
  proxy.harm = undefined;
  const next = await started(driver, { ...options, groupId: `${options.groupId}-next` });
  await waitFor(() => next.seen.delivered.length === 25, { what: 'all records' });
  await next.consumer.close();
});
