/** Buffers of bodies are used again: what arrives must be what was sent, whatever became of the request before. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FaultOrder } from '../../../infra/local/oss/server.ts';
import { poisonGivenBack } from '../../../shared/buffer-pool.ts';
import { batchOfRecords } from '../../helpers/records.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { type OssSetup, setupOss, writeContext } from './oss-setup.ts';

let oss: OssSetup;
let endPoison: () => void;
beforeEach(async () => {
  endPoison = poisonGivenBack();
  oss = await setupOss();
});
afterEach(async () => {
  endPoison();
  await oss.close();
});

const VALUE_BYTES = 64 * 1024;
/** A batch each: undisturbed, then with what may befall a request. */
const FAULTS: readonly (FaultOrder | undefined)[] = [
  undefined,
  { kind: 'drop-before-write' },
  { kind: 'drop-after-write' },
  { kind: 'status', status: 503, code: 'SlowDown' },
];
const HANGS_AT = FAULTS.length;
const PARTITIONS = [0, 1, 2, 3];
const RECORDS = 8;
const contentOf = (partition: number, offset: number) => Buffer.alloc(VALUE_BYTES, `${partition}-${offset}.`);
/** The batch of a round, or its first records. */
const batch = (partition: number, round: number, count = RECORDS) =>
  batchOfRecords(
    Array.from({ length: count }, (_, i) => round * RECORDS + i).map((offset) => ({
      offset,
      value: contentOf(partition, offset),
    })),
    { partition },
  );

it.each(['none', 'gzip', 'zstd'])('never come upon the buffer of another (%s)', async (compression) => {
  const writer = oss.writer({ 'oss.format': 'raw', 'oss.compression': compression, 'oss.upload.check': 'none' });
  const writeTwice = async (partition: number, round: number) => {
    // The second time its checksum is taken of a body built anew.
    for (let i = 0; i < 2; i++) {
      const outcome = await writer.write(batch(partition, round), writeContext());
      expect(outcome).toEqual({ all: 'written', count: RECORDS });
    }
  };
  const disturbed = async (partition: number) => {
    for (const [round, fault] of FAULTS.entries()) {
      if (fault !== undefined) {
        oss.server.setFault({ ...fault, method: 'PUT', keyPrefix: `orders/${partition}/` });
        await expect(writer.write(batch(partition, round), writeContext())).rejects.toThrow();
      }
      await writeTwice(partition, round);
    }
  };
  await Promise.all(PARTITIONS.map(disturbed));
  for (const partition of PARTITIONS) {
    const { faults } = oss.server.stats();
    oss.server.setFault({ kind: 'hang', method: 'PUT' });
    const abort = new AbortController();
    const hanging = writer.write(batch(partition, HANGS_AT), { ...writeContext(), signal: abort.signal });
    const refused = expect(hanging).rejects.toThrow();
    await waitFor(() => oss.server.stats().faults > faults, { what: 'the stand-in to hold the request' });
    abort.abort();
    await refused;
    await writeTwice(partition, HANGS_AT);
  }
  endPoison();

  const names = (await oss.objects()).map(({ name }) => name);
  expect(names).toHaveLength(PARTITIONS.length * (HANGS_AT + 1));
  for (const partition of PARTITIONS) {
    for (let round = 0; round <= HANGS_AT; round++) {
      // Fewer records than the object has: it is read, and compared with them byte for byte.
      const outcome = await writer.write(batch(partition, round, RECORDS - 1), writeContext());
      expect(outcome).toEqual({ all: 'written', count: RECORDS - 1 });
    }
  }
  expect((await oss.objects()).map(({ name }) => name)).toEqual(names);
});
