/** The demo's objects in a bucket on this machine. */
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import pc from 'picocolors';
import { startOss } from '../../infra/local/oss/server.ts';
import { LOCAL_BUCKET, LOCAL_OSS_CREDENTIALS } from '../commands/local.ts';
import { filesIn, firstLines } from './bucket-files.ts';
import { demoRecords } from './orders.ts';
import type { DemoNames, DemoTarget } from './target.ts';

const ORDERS = 3_000;
const INVOKE_MAX_BYTES = 65_536;

export async function ossTarget({ folder, partitions }: DemoNames): Promise<DemoTarget> {
  const dir = join(folder, 'oss');
  const bucket = join(dir, LOCAL_BUCKET);
  const secrets = join(folder, 'secrets.properties');
  const oss = await startOss({ dir, credentials: [LOCAL_OSS_CREDENTIALS], buckets: [LOCAL_BUCKET] });
  await writeFile(secrets, `oss.access.key.secret=${LOCAL_OSS_CREDENTIALS.accessKeySecret}\n`);
  return {
    place: `OSS stand-in at ${oss.endpoint}, objects in ${relative('.', dir)}`,
    oddities: '4 of them odd (tombstone, no key, oversize, not UTF-8)',
    records: demoRecords(ORDERS, partitions, INVOKE_MAX_BYTES + 1_000, Date.now()),
    keys: {
      'connector.class': 'oss-sink',
      'invoke.max.bytes': String(INVOKE_MAX_BYTES),
      'batch.bytes': String(INVOKE_MAX_BYTES),
      'oss.endpoint': oss.endpoint,
      'oss.region': oss.region,
      'oss.bucket': LOCAL_BUCKET,
      'oss.access.key.id': LOCAL_OSS_CREDENTIALS.accessKeyId,
      'oss.access.key.secret': `\${file:${secrets}:oss.access.key.secret}`,
      'oss.format': 'jsonl',
    },
    inspect: async () => {
      const paths = await filesIn(bucket);
      const shown = paths[0] === undefined ? [] : await firstLines(paths[0]);
      const text = [
        `Three lines of ${relative('.', paths[0] ?? bucket)}:`,
        ...shown.map((line) => pc.dim(`  ${line}`)),
        '',
        `All objects: ${relative('.', bucket)}`,
      ].join('\n');
      return { columns: [['objects', paths.length]], text, isRight: paths.length > 0 };
    },
    close: () => oss.close(),
  };
}
