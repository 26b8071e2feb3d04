/** The demo's objects, written by the OSS sink as it is deployed: a built bundle in a Function Compute on this machine. */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import pc from 'picocolors';
import { startOss } from '../../infra/local/oss/server.ts';
import { LOCAL_BUCKET, LOCAL_OSS_CREDENTIALS } from '../commands/local.ts';
import { filesIn, firstLines } from './bucket-files.ts';
import { builtFunction, startFunction } from './function-compute.ts';
import { demoRecords } from './orders.ts';
import { type ArrivedRecord, countAsSent } from './sent-records.ts';
import type { DemoNames, DemoTarget } from './target.ts';

const ORDERS = 3_000;
const INVOKE_MAX_BYTES = 262_144;
/** An oversized one, and one that is not UTF-8. */
const ERRANT = 2;

export async function fcOssTarget({ folder, partitions }: DemoNames): Promise<DemoTarget> {
  const dir = join(folder, 'oss');
  const bucket = join(dir, LOCAL_BUCKET);
  const oss = await startOss({ dir, credentials: [LOCAL_OSS_CREDENTIALS], buckets: [LOCAL_BUCKET] });
  const environmentVariables = {
    OSS_ENDPOINT: oss.endpoint,
    OSS_REGION: oss.region,
    OSS_BUCKET: LOCAL_BUCKET,
    OSS_FORMAT: 'jsonl',
  };
  const fn = await startFunction(
    {
      name: 'spillway-oss-sink',
      code: await builtFunction('oss-sink', folder),
      environmentVariables,
      role: LOCAL_OSS_CREDENTIALS,
    },
    folder,
  );
  const records = demoRecords(ORDERS, partitions, INVOKE_MAX_BYTES + 1_000, Date.now());
  return {
    place: `${fn.place}; objects in ${relative('.', dir)}`,
    oddities: '4 of them odd (tombstone, no key, oversize, not UTF-8)',
    records,
    keys: {
      ...fn.keys,
      'connector.class': 'oss-sink',
      'invoke.max.bytes': String(INVOKE_MAX_BYTES),
      'batch.bytes': String(INVOKE_MAX_BYTES / 2),
      'oss.endpoint': oss.endpoint,
      'oss.region': oss.region,
      'oss.bucket': LOCAL_BUCKET,
      'oss.format': 'jsonl',
    },
    inspect: async ({ written, inErrorTopic }) => {
      const paths = await filesIn(bucket);
      const arrived = (await Promise.all(paths.map((path) => recordsOf(path)))).flat();
      const asSent = countAsSent(arrived, records);
      const shown = paths[0] === undefined ? [] : await firstLines(paths[0]);
      const text = [
        `Three lines of ${relative('.', paths[0] ?? bucket)}:`,
        ...shown.map((line) => pc.dim(`  ${line}`)),
        `${asSent} records in all objects are what was sent.`,
      ].join('\n');
      const isRight = asSent === written && arrived.length === written && inErrorTopic === ERRANT;
      return {
        columns: [
          ['calls', fn.calls().length],
          ['objects', paths.length],
        ],
        text,
        isRight,
      };
    },
    close: async () => {
      await fn.close();
      await oss.close();
    },
  };
}

async function recordsOf(path: string): Promise<ArrivedRecord[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const { partition, offset, key = null, value = null } = JSON.parse(line) as Partial<ArrivedRecord>;
    return { partition: partition ?? -1, offset: offset ?? -1, key, value };
  });
}
