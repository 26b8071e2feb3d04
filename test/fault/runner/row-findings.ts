/** Everything that lies in a table of MaxCompute, read back from the stand-in's files. */
import { readRows } from '../../../infra/local/maxcompute/read-rows.ts';
import type { Finding } from './findings.ts';
import { PROJECT } from './maxcompute-account.ts';

interface Row {
  readonly topic: string;
  readonly partition: string;
  readonly offset: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly insert_time: string;
  readonly pt?: string;
}

const rowsIn = (dir: string, table: string): readonly Row[] => readRows(dir, PROJECT, table) as unknown as Row[];

const bytesOf = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));

const SHANGHAI_MS = 8 * 3_600_000;

/** The hour of an instant in Shanghai, `11-21-2026 10`. */
function hourOf(epochMs: number): string {
  const [year, month, day, hour] = new Date(epochMs + SHANGHAI_MS).toISOString().split(/[-T:]/);
  return `${month}-${day}-${year} ${hour}`;
}

/** Every record in a table that has a row for each, in partitions by hour or by topic.
 *  @throws Error when a row is in a partition that is not its own */
export function* rowFindings(dir: string, table: string): Generator<Finding> {
  for (const { topic, partition, offset, key, value, insert_time, pt } of rowsIn(dir, table)) {
    if (pt !== topic && pt !== hourOf(Number(insert_time)))
      throw new Error(`table ${table}: ${topic}-${partition} offset ${offset} of ${insert_time} is in pt=${pt}`);
    yield {
      where: 'target',
      place: `table ${table}, pt=${pt}`,
      at: 0,
      topic,
      partition: Number(partition),
      offset: Number(offset),
      key: bytesOf(key),
      value: bytesOf(value),
      timestamp: Number(insert_time),
    };
  }
}

/** Values of a table with a primary key, by key. */
export function valuesByKey(dir: string, table: string): Map<string, string> {
  return new Map(rowsIn(dir, table).map(({ key, value }) => [String(key), String(value)]));
}
