/** A user's function in a Function Compute on this machine, which cannot take one of the orders and throws. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { startFunction } from './function-compute.ts';
import { demoRecords, poison } from './orders.ts';
import { type ArrivedRecord, countAsSent } from './sent-records.ts';
import type { DemoNames, DemoTarget } from './target.ts';

const ORDERS = 600;
const BATCH_SIZE = 50;
const INVOKE_MAX_BYTES = 65_536;
/** An oversized one, one that is not UTF-8, and the one that the function cannot take. */
const ERRANT = 3;

/** What a user might write: nothing of it knows Spillway. It throws before it did anything with the batch. */
const SOURCE = `import { appendFile } from 'node:fs/promises';

/** Notes the orders that it is handed. */
export async function handler(event) {
  const records = JSON.parse(event);
  for (const { value } of records) {
    const { id, lines = [] } = JSON.parse(value ?? '{}');
    for (const { goods, pieces } of lines) {
      if (pieces < 1) throw new RangeError(\`order \${id}: \${pieces} pieces of \${goods} cannot be delivered\`);
    }
  }
  await appendFile(process.env.DELIVERED, records.map((record) => \`\${JSON.stringify(record)}\\n\`).join(''));
}
`;

export async function fcFunctionTarget({ folder, partitions }: DemoNames): Promise<DemoTarget> {
  const code = join(folder, 'function');
  const delivered = join(folder, 'delivered.jsonl');
  await mkdir(code, { recursive: true });
  await writeFile(join(code, 'index.mjs'), SOURCE);
  await writeFile(delivered, '');
  const fn = await startFunction(
    { name: 'deliver-orders', code, environmentVariables: { DELIVERED: delivered } },
    folder,
  );
  const now = Date.now();
  const orders = demoRecords(ORDERS, partitions, INVOKE_MAX_BYTES + 1_000, now);
  const records = orders.toSpliced(ORDERS / 2, 0, poison(0, now));
  return {
    place: `${fn.place}: ${relative('.', join(code, 'index.mjs'))}, which throws at one of the orders`,
    oddities: '4 of them odd (tombstone, no key, oversize, not UTF-8), and the one that the function cannot take',
    records,
    keys: {
      ...fn.keys,
      'connector.class': 'fc-sink',
      'batch.size': String(BATCH_SIZE),
      'invoke.max.bytes': String(INVOKE_MAX_BYTES),
    },
    inspect: async ({ written, inErrorTopic }) => {
      const lines = (await readFile(delivered, 'utf8')).split('\n').filter((line) => line !== '');
      const arrived = lines.map((line) => JSON.parse(line) as ArrivedRecord);
      const asSent = countAsSent(
        arrived.map((record) => ({ ...record, key: record.key ?? null, value: record.value ?? null })),
        records,
      );
      const failed = fn.calls().filter(({ errorType }) => errorType !== undefined);
      const sizes = [...new Set(failed.map(({ payloadBytes }) => payloadBytes))];
      const text = [
        `${failed.length} calls failed, of ${sizes.map((bytes) => `${bytes} bytes`).join(', then ')}: the batch was cut in halves until the order stood alone.`,
        `${asSent} records of ${relative('.', delivered)} are what was sent.`,
      ].join('\n');
      const isRight = asSent === written && arrived.length === written && inErrorTopic === ERRANT && sizes.length > 1;
      return {
        columns: [
          ['calls', fn.calls().length],
          ['failed calls', failed.length],
        ],
        text,
        isRight,
      };
    },
    close: () => fn.close(),
  };
}
