/** A program: uploads rows with the sink's own client, from bytes as records have them. */
import { OdpsClient } from '../../../functions/maxcompute-sink/tunnel/odps-client.ts';
import { RowEncoder } from '../../../functions/maxcompute-sink/tunnel/row-encoder.ts';
import { bodyBuffers } from '../../../shared/body-buffers.ts';
import { systemClock } from '../../../shared/clock.ts';
import { loadCrc32c } from '../../../shared/kafka/wire/crc32c.ts';
import { COLUMNS, type UploadCost, type UploadPlan } from '../maxcompute/upload-plan.ts';
import { tell } from '../measured/measure.ts';

const plan = JSON.parse(process.argv[2] ?? '{}') as UploadPlan;
const { signal } = new AbortController();
const client = new OdpsClient({
  endpoint: plan.endpoint,
  project: plan.project,
  credentials: async () => ({ accessKeyId: plan.accessId, accessKeySecret: plan.accessKey }),
  clock: systemClock,
  random: Math.random,
  compression: plan.compression,
  retry: 'none',
});

const KEY_BYTES = 16;
const topic = Buffer.from('orders');
const recordBytes = KEY_BYTES + plan.valueBytes;
const records = Buffer.alloc(plan.rows * recordBytes);
for (let row = 0; row < plan.rows; row++) {
  const key = `key-${String(row).padStart(KEY_BYTES - 4, '0')}`;
  records.write(key.repeat(Math.ceil(recordBytes / KEY_BYTES)).slice(0, recordBytes), row * recordBytes, 'latin1');
}

function encode(encoder: RowEncoder, first: number): Buffer {
  for (let row = 0; row < plan.rows; row++) {
    const at = row * recordBytes;
    encoder.bytes(0, topic);
    encoder.integer(1, 3);
    encoder.integer(2, first + row);
    encoder.bytes(3, records, at, at + KEY_BYTES);
    encoder.bytes(4, records, at + KEY_BYTES, at + recordBytes);
    encoder.integer(5, 1_700_000_000_000 + row);
    encoder.endRow();
  }
  return encoder.finish();
}

const cpuSecondsSince = (before: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

await client.runSql(`CREATE TABLE ${plan.table} (${COLUMNS})`, { signal });
const { columns } = await client.table(plan.table, { signal });
const encoder = new RowEncoder(columns, await loadCrc32c());

/** Answers how many bytes it made. */
function encodeAll(): number {
  let bytes = 0;
  for (let block = 0; block < plan.blocks; block++) {
    const body = encode(encoder, block * plan.rows);
    bytes += body.length;
    bodyBuffers.giveBack(body);
  }
  return bytes;
}

// A task runs for days: what is compiled on the way is compiled once.
encodeAll();
const encoding = process.cpuUsage();
const bytes = encodeAll();
const encodeCpuSeconds = cpuSecondsSince(encoding);

const startedAt = performance.now();
const uploading = process.cpuUsage();
const session = await client.createUpload(plan.table, undefined, { signal });
for (let block = 0; block < plan.blocks; block++) {
  const body = encode(encoder, block * plan.rows);
  await session.uploadBlock(block, body, { signal });
  bodyBuffers.giveBack(body);
}
await session.commit({ signal });
const cost: UploadCost = {
  rows: plan.rows * plan.blocks,
  bytes,
  encodeCpuSeconds,
  seconds: (performance.now() - startedAt) / 1000,
  cpuSeconds: cpuSecondsSince(uploading),
  version: `Node.js ${process.versions.node}`,
};
await client.close();
tell(cost);
