import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { uniqueName } from '../../helpers/kafka.ts';
import { recordOf, startRig, writtenRecords } from '../../helpers/pipeline.ts';

describe('errors.policy=stop', () => {
  it('stops one partition, lets the others go on, stays stopped for the next owner, and goes on when a person resumes it', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(2);
    const value = (i: number) => (i === 30 ? Buffer.from([0xff, 0xfe]) : `v${i}`);
    const records = (from: number) => Array.from({ length: 50 }, (_, i) => recordOf(`k${from + i}`, value(from + i)));
    await rig.produce(topic, 0, records(0));
    await rig.produce(topic, 1, records(100));
    const name = uniqueName('stop');
    const file = await rig.connectorFile(name, { topics: topic, 'errors.policy': 'stop', 'linger.ms': '100' });

    const first = await rig.spawnCli(['run', '--until-caught-up', '--json', file]).result;
    expect(first.code).toBe(1);
    expect(JSON.parse(first.stdout)).toMatchObject({
      ok: false,
      reasons: [`connector ${name}, ${topic}-0 waits for a person: stopped at offset 30: VALUE_NOT_UTF8`],
    });
    const written = async (partition: number) =>
      (await writtenRecords(rig.bucketFolder)).filter((r) => r.partition === partition).map(({ offset }) => offset);
    expect(await written(0)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(await written(1)).toHaveLength(50);
    const admin = rig.driver.admin();
    expect((await admin.listTopics()).includes(`connect-error-${name}`)).toBe(false);

    // Another process, which could write the record now, leaves the partition alone all the same.
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), 'errors.policy': 'continue' }));
    const second = await rig.spawnCli(['run', '--until-caught-up', file]).result;
    expect(second.code).toBe(1);
    expect(await written(0)).toHaveLength(30);

    const third = await rig.spawnCli(['run', '--until-caught-up', '--resume-stopped', file]).result;
    expect(third.code).toBe(0);
    expect(await written(0)).toEqual(Array.from({ length: 50 }, (_, i) => i).filter((i) => i !== 30));
    const ends = await admin.listOffsets(`connect-error-${name}`, 'latest');
    await admin.close();
    expect([...ends.values()].reduce((sum, end) => sum + end, 0)).toBe(1);
  });
});
