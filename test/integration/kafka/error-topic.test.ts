import { expect, it } from 'vitest';
import { systemClock } from '../../../shared/clock.ts';
import { createErrorTopicWriter } from '../../../shared/kafka/error-topic.ts';
import type { RecordBlock } from '../../../shared/records.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { closedAfterwards, consumerOptions, newTopic, Recording, started, testDriver } from './harness.ts';

it('the error topic holds key, value and headers byte for byte, and why', async () => {
  const driver = await testDriver();
  const source = await newTopic(driver, 1);
  const errors = await newTopic(driver, 3);
  const producer = closedAfterwards(driver.producer());
  const original = {
    key: Buffer.from([0xff, 0xfe, 0]),
    value: Buffer.from([0xc3, 0x28]),
    headers: [
      { key: 'a', value: Buffer.from([0x80]) },
      { key: 'a', value: null },
    ],
    timestamp: 1_600_000_000_000,
  };
  await producer.send(source, 0, [original, { ...original, key: null, value: null, headers: [] }]);
  const blocks: RecordBlock[] = [];
  const recording = new Recording();
  recording.records = (block) => void blocks.push(block);
  const consumer = closedAfterwards(driver.consumer(consumerOptions([source]), recording));
  await consumer.start();
  const block = await waitFor(() => blocks[0], { what: 'the source records' });

  const writer = createErrorTopicWriter({
    producer,
    topic: errors,
    connector: 'c1',
    task: 2,
    sinkClass: 'oss-sink',
    clock: systemClock,
  });
  const reason = {
    stage: 'VALUE_CONVERTER',
    code: 'VALUE_NOT_UTF8',
    message: '不是 UTF-8',
    errorClass: 'RecordError',
    stack: 'at x',
  } as const;
  const before = Date.now();
  await writer.report([
    { block, index: 0, reason },
    { block, index: 1, reason },
  ]);
  const { seen } = await started(driver, consumerOptions([errors]));
  await waitFor(() => seen.delivered.length === 2, { what: 'two errant records' });
  const first = seen.delivered.find((r) => r.key !== null);
  expect([first?.key, first?.value, first?.headers.slice(0, 2)]).toEqual([
    original.key,
    original.value,
    original.headers,
  ]);
  expect(first?.timestamp).toBeGreaterThanOrEqual(before);
  expect(first?.headers.slice(2).map((h) => [h.key, h.value?.toString()])).toEqual([
    ['__connect.errors.topic', source],
    ['__connect.errors.partition', '0'],
    ['__connect.errors.offset', '0'],
    ['__connect.errors.connector.name', 'c1'],
    ['__connect.errors.task.id', '2'],
    ['__connect.errors.stage', 'VALUE_CONVERTER'],
    ['__connect.errors.class.name', 'oss-sink'],
    ['__connect.errors.exception.class.name', 'RecordError'],
    ['__connect.errors.exception.message', '不是 UTF-8'],
    ['__connect.errors.exception.stacktrace', 'at x'],
    ['__connect.errors.timestamp', '1600000000000'],
    ['spillway.error.code', 'VALUE_NOT_UTF8'],
  ]);
  const second = seen.delivered.find((r) => r.key === null);
  expect([second?.value, second?.headers.length]).toEqual([null, 12]);
});
