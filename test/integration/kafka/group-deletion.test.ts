import { describe, expect, it } from 'vitest';
import { uniqueName } from '../../helpers/kafka.ts';
import { closedAfterwards, consumerOptions, newTopic, started, testDriver } from './harness.ts';

describe('an admin client', () => {
  it('forgets offsets of single partitions, and whole groups, unless there are members', async () => {
    const driver = await testDriver();
    const admin = closedAfterwards(driver.admin());
    const topic = await newTopic(driver, 3);
    const group = uniqueName('group');
    const committed = async () => [...(await admin.committedOffsets(group, topic)).keys()];
    await admin.commitOffsets(
      group,
      [0, 1, 2].map((partition) => ({ topic, partition, offset: 0 })),
    );

    await admin.deleteGroupOffsets(group, [{ topic, partition: 1 }]);
    expect(await committed()).toEqual([0, 2]);
    // What is not there is deleted already.
    await admin.deleteGroupOffsets(group, [{ topic, partition: 1 }]);
    await admin.deleteGroupOffsets(group, []);
    await admin.deleteGroup(group);
    expect(await committed()).toEqual([]);
    await admin.deleteGroup(group);
    await admin.deleteGroupOffsets(group, [{ topic, partition: 0 }]);
  });

  it('leaves a group alone that somebody is in', async () => {
    const driver = await testDriver();
    const admin = closedAfterwards(driver.admin());
    const topic = await newTopic(driver);
    const options = consumerOptions([topic]);
    await started(driver, options);
    const refused = { name: 'FatalError', code: 'GROUP_HAS_MEMBERS' };
    await expect(admin.deleteGroup(options.groupId)).rejects.toMatchObject(refused);
    await expect(admin.deleteGroupOffsets(options.groupId, [{ topic, partition: 0 }])).rejects.toMatchObject(refused);
  });

  it('knows the cluster by its id, and topics by their settings', async () => {
    const driver = await testDriver();
    const admin = closedAfterwards(driver.admin());
    expect(await admin.clusterId()).toMatch(/^[\w-]{10,}$/);
    const name = uniqueName('compacted');
    await admin.createTopics([
      { name, partitions: 1, replicationFactor: -1, configs: { 'cleanup.policy': 'compact' } },
    ]);
    const settings = await admin.topicSettings([name, 'not-there']);
    expect([...settings.keys()]).toEqual([name]);
    expect(settings.get(name)).toMatchObject({ 'cleanup.policy': 'compact' });
  });
});
