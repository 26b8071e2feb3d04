import { describe, expect, it } from 'vitest';
import type { ConnectorOffset } from '../../../functions/control-plane/connect-shapes.ts';
import { systemClock } from '../../../shared/clock.ts';
import { ossConfig, planeInMemory, refusal } from '../../helpers/control-plane/service.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { closedAfterwards, consumerOptions, newTopic, produce, started, testDriver, texts } from '../kafka/harness.ts';

const ALTERED = 'The offsets for this connector have been altered successfully';

/** A stopped connector `c` over a topic of two partitions with three records in each. */
async function stopped() {
  const driver = await testDriver();
  const topic = await newTopic(driver, 2);
  for (const partition of [0, 1]) await produce(driver, topic, texts('v', 3), partition);
  const admin = closedAfterwards(driver.admin());
  const { plane } = planeInMemory({ admin, clock: systemClock });
  const group = uniqueName('connect');
  await plane.create('c', ossConfig({ topics: topic, 'consumer.group.id': group }), 'STOPPED');
  const at = (partition: number, offset: number | null): ConnectorOffset => ({
    partition: { kafka_topic: topic, kafka_partition: partition },
    offset: offset === null ? null : { kafka_offset: offset },
  });
  return { driver, topic, plane, group, at };
}

describe('offsets of a stopped connector', () => {
  it('are read, set, reset one by one and all together', async () => {
    const { plane, at, topic } = await stopped();
    expect(await plane.offsets('c')).toEqual([]);
    expect(await plane.alterOffsets('c', [at(0, 1), at(1, 3)])).toBe(ALTERED);
    expect(await plane.offsets('c')).toEqual([at(0, 1), at(1, 3)]);
    expect(await plane.alterOffsets('c', [at(0, 0), at(1, null)])).toContain(`their beginning: ${topic}-1`);
    expect(await plane.offsets('c')).toEqual([at(0, 0)]);
    expect(await refusal(() => plane.alterOffsets('c', [at(0, 4)]))).toContain(
      `${topic}-0 has no offset 4: it holds 0 to 3`,
    );
    expect(await refusal(() => plane.alterOffsets('c', [at(7, 0)]))).toContain(`${topic}-7 is no partition`);
    const nowhere = { partition: { kafka_topic: 'no topic/', kafka_partition: 0 }, offset: { kafka_offset: 0 } };
    expect(await refusal(() => plane.alterOffsets('c', [nowhere]))).toContain('no topic/-0 is no partition');
    expect(await plane.resetOffsets('c')).toContain('reset successfully');
    expect(await plane.offsets('c')).toEqual([]);
    expect(await plane.resetOffsets('c')).toContain('reset successfully');
  });

  it('change once its members have gone, and are all of its topics', async () => {
    const { driver, topic, plane, group, at } = await stopped();
    const { consumer } = await started(driver, consumerOptions([topic], { groupId: group }));
    const altered = plane.alterOffsets('c', [at(0, 2), at(1, 2)]);
    const other = await newTopic(driver, 1);
    await consumer.close();
    expect(await altered).toBe(ALTERED);
    expect(await plane.offsets('c')).toEqual([at(0, 2), at(1, 2)]);
    const foreign = { partition: { kafka_topic: other, kafka_partition: 0 }, offset: { kafka_offset: 0 } };
    expect(await plane.alterOffsets('c', [foreign])).toBe(ALTERED);
    expect(await plane.offsets('c')).toHaveLength(3);
    await plane.remove('c', true);
    expect(await closedAfterwards(driver.admin()).groupOffsets(group)).toEqual([]);
  });
});
