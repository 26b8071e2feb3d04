import { describe, expect, it, onTestFinished } from 'vitest';
import { OffsetsRefused } from '../../../shared/kafka/offsets-refused.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { startRig } from '../../helpers/pipeline.ts';

describe('commits for a group without members', () => {
  it('makes a group that was not there, and empties metadata that is not given', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(2);
    const group = uniqueName('group');
    const admin = rig.driver.admin();
    onTestFinished(() => admin.close());
    await admin.commitOffsets(group, [
      { topic, partition: 0, offset: 5, metadata: 'kept' },
      { topic, partition: 1, offset: 6, metadata: 'dropped' },
    ]);
    await admin.commitOffsets(group, [{ topic, partition: 1, offset: 7 }]);
    expect(await admin.committedOffsets(group, topic)).toEqual(
      new Map([
        [0, { offset: 5, metadata: 'kept' }],
        [1, { offset: 7, metadata: '' }],
      ]),
    );
  });

  it('tells partition by partition what the broker refused, and commits the rest', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(3);
    const group = uniqueName('group');
    const admin = rig.driver.admin();
    onTestFinished(() => admin.close());
    const tooLong = 'x'.repeat(4_097);
    const thrown: unknown = await admin
      .commitOffsets(group, [
        { topic, partition: 0, offset: 5 },
        { topic, partition: 1, offset: 6, metadata: tooLong },
        { topic, partition: 2, offset: 7 },
      ])
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(OffsetsRefused);
    const { refused, message } = thrown as OffsetsRefused;
    expect([...refused].map(([name, { code }]) => [name, code])).toEqual([[`${topic}-1`, 'OFFSET_METADATA_TOO_LARGE']]);
    expect(message).toContain('2 are committed and 1 are not');
    expect([...(await admin.committedOffsets(group, topic))].map(([id, { offset }]) => [id, offset])).toEqual([
      [0, 5],
      [2, 7],
    ]);
    const all = admin.commitOffsets(group, [{ topic, partition: 1, offset: 6, metadata: tooLong }]);
    await expect(all).rejects.toMatchObject({ code: 'OFFSET_METADATA_TOO_LARGE' });
  });

  it('is refused by the broker while there is a member, and taken when it has left', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    await rig.produce(topic, 0, [{ key: null, value: Buffer.from('v'), headers: [], timestamp: 1 }]);
    const groupId = uniqueName('group');
    const admin = rig.driver.admin();
    onTestFinished(() => admin.close());
    const consumer = rig.driver.consumer(
      {
        groupId,
        topics: [topic],
        startOffset: 'latest',
        isolationLevel: 'read_committed',
        fetchMaxBytes: 1_000_000,
        fetchMaxBytesPerPartition: 1_000_000,
        fetchMaxWaitMs: 100,
        sessionTimeoutMs: 30_000,
        heartbeatIntervalMs: 1_000,
        rebalanceTimeoutMs: 30_000,
        drainTimeoutMs: 10_000,
        metadataMaxAgeMs: 60_000,
      },
      {
        assigned: () => undefined,
        revoked: async () => undefined,
        lost: () => undefined,
        records: () => undefined,
        progressed: () => undefined,
        gap: () => undefined,
        failed: () => undefined,
      },
    );
    onTestFinished(() => consumer.close());
    await consumer.start();
    const commit = () => admin.commitOffsets(groupId, [{ topic, partition: 0, offset: 0 }]);
    await expect(commit()).rejects.toMatchObject({ code: 'GROUP_HAS_MEMBERS' });
    expect((await admin.committedOffsets(groupId, topic)).get(0)?.offset).toBe(1);
    await consumer.close();
    await commit();
    expect((await admin.committedOffsets(groupId, topic)).get(0)?.offset).toBe(0);
  });
});
