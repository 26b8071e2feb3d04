import { describe, expect, it } from 'vitest';
import type { ProducerRecord } from '../../../shared/kafka/driver.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { readTopic, recordOf, startRig, writtenRecords } from '../../helpers/pipeline.ts';

const RECORDS = 200_000;
const PARTITIONS = 6;
const MAX_BYTES = 20_000;

/** Mostly good records of every kind, and a few that cannot be written; which, follows from the number. */
function mixed(i: number): { record: ProducerRecord; errant: boolean } {
  if (i % 5_000 === 17) return { record: recordOf(`k${i}`, Buffer.from([0xc3, 0x28, i % 256])), errant: true };
  if (i % 5_000 === 18) return { record: recordOf(`k${i}`, 'x'.repeat(MAX_BYTES)), errant: true };
  if (i % 5_000 === 19) return { record: { ...recordOf(null, 'v'), key: Buffer.from([0xff, i % 256]) }, errant: true };
  if (i % 11 === 0) return { record: recordOf(`k${i}`, null), errant: false };
  if (i % 11 === 1) return { record: recordOf(null, `no key ${i}`), errant: false };
  if (i % 11 === 2) return { record: recordOf('', ''), errant: false };
  if (i % 11 === 3) return { record: recordOf(`键${i}`, `订单 ${i}：“加急”\n\t\u0001\\ 🀄`), errant: false };
  return { record: recordOf(`k${i}`, `{"id":${i},"note":"${'n'.repeat(i % 120)}"}`), errant: false };
}

describe('conservation', () => {
  it('brings each of 200,000 mixed records exactly once into an object or, byte for byte, into the error topic', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(PARTITIONS);
    const partitions = Array.from({ length: PARTITIONS }, () => [] as ReturnType<typeof mixed>[]);
    for (let i = 0; i < RECORDS; i++) partitions[i % PARTITIONS]?.push(mixed(i));
    for (const [partition, records] of partitions.entries()) {
      await rig.produce(
        topic,
        partition,
        records.map(({ record }) => record),
      );
    }
    const errant = partitions.flat().filter((one) => one.errant).length;
    expect(errant).toBe(120);

    const name = uniqueName('conserve');
    const file = await rig.connectorFile(name, {
      topics: topic,
      'tasks.max': '3',
      'invoke.max.bytes': String(MAX_BYTES),
      'batch.bytes': String(MAX_BYTES),
    });
    const { code, stdout, stderr } = await rig.spawnCli(['run', '--until-caught-up', '--json', file]).result;
    expect(stderr.includes('"level":50')).toBe(false);
    expect(code).toBe(0);
    const [connector] = JSON.parse(stdout).connectors;
    expect(connector.totals.polled - connector.totals.released).toBe(RECORDS);
    expect(connector.totals.written + connector.totals.errant).toBe(RECORDS);
    expect(connector.totals.errant).toBe(errant);

    const seen = new Set<string>();
    for (const written of await writtenRecords(rig.bucketFolder)) {
      const id = `${written.partition}/${written.offset}`;
      expect(seen.has(id), `${id} is written twice`).toBe(false);
      seen.add(id);
      const original = partitions[written.partition]?.[written.offset];
      const same =
        original?.errant === false &&
        written.topic === topic &&
        (written.key ?? null) === (original.record.key?.toString() ?? null) &&
        (written.value ?? null) === (original.record.value?.toString() ?? null) &&
        written.valueSize === (original.record.value?.length ?? 0);
      expect(same, `${id} is written as ${JSON.stringify(written)}`).toBe(true);
    }
    expect(seen.size).toBe(RECORDS - errant);

    const bad = await readTopic(rig.bootstrapServers, `connect-error-${name}`, errant);
    for (const { key, value, headers } of bad) {
      const id = `${headers['__connect.errors.partition']}/${headers['__connect.errors.offset']}`;
      expect(seen.has(id), `${id} is both written and errant`).toBe(false);
      seen.add(id);
      const original =
        partitions[Number(headers['__connect.errors.partition'])]?.[Number(headers['__connect.errors.offset'])];
      expect(original?.errant).toBe(true);
      expect(key).toEqual(original?.record.key);
      expect(value).toEqual(original?.record.value);
      expect(headers['__connect.errors.topic']).toBe(topic);
      expect(headers['__connect.errors.connector.name']).toBe(name);
    }
    expect(seen.size).toBe(RECORDS);
  }, 600_000);
});
