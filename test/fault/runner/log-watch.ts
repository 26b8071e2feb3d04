/** The logs of all worker processes of a run: what they say that matters here. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportedGap } from './check.ts';

/** A line of a worker's log. */
export interface LogLine {
  readonly file: string;
  readonly text: string;
  /** Epoch ms. */
  readonly at: number;
  readonly message: string;
  readonly connector: string | undefined;
  readonly code: string | undefined;
  readonly topic: string | undefined;
  readonly partition: number | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

interface Fields {
  readonly time?: string;
  readonly msg?: string;
  readonly connector?: string;
  readonly code?: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly from?: number;
  readonly to?: number;
}

/** What a partition that waits for a person is announced with. */
const WAITS = [
  'the partition stops at this record until a person resumes it',
  'the partition waits until a person decides',
];
const GAP = 'Kafka deleted these offsets before they were read';
const TASK_FAILED = 'the task failed; its offsets stay';

function parse(file: string, text: string): LogLine {
  let fields: Fields = {};
  try {
    fields = JSON.parse(text) as Fields;
  } catch {
    // A stack trace, or a line that a kill cut.
    fields = { msg: text };
  }
  const { time, msg = '', connector, code, topic, partition, from, to } = fields;
  return { file, text, at: Date.parse(time ?? ''), message: msg, connector, code, topic, partition, from, to };
}

/** All lines, by time within each file. */
export async function readLogs(folder: string): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (const file of (await readdir(folder)).sort()) {
    for (const text of (await readFile(join(folder, file), 'utf8')).split('\n'))
      if (text !== '') lines.push(parse(file, text));
  }
  return lines;
}

/** Ranges that workers of `connector` reported as deleted before they were read. */
export function reportedGaps(lines: readonly LogLine[], connector: string): ReportedGap[] {
  return lines.flatMap(({ message, connector: of, topic, partition, from, to }) => {
    if (!message.startsWith(GAP) || of !== connector) return [];
    if (topic === undefined || partition === undefined || from === undefined || to === undefined) return [];
    return [{ topic, partition, from, to }];
  });
}

/** Lines that say that a partition waits for a person, or that an object is another than it must be. */
export function alarms(lines: readonly LogLine[]): LogLine[] {
  return lines.filter(({ message, code }) => WAITS.includes(message) || code === 'OSS_OBJECT_DIFFERS');
}

/** How often tasks failed, by code. */
export function taskFailures(lines: readonly LogLine[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { message, code = '?' } of lines)
    if (message === TASK_FAILED) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

/** Lines of a connector around some moments that name this partition or none. At most `most` of them. */
export function surrounding(
  lines: readonly LogLine[],
  connector: string,
  partition: number,
  times: readonly number[],
  most: number,
): string[] {
  const known = times.filter((time) => time > 0);
  const from = Math.min(...known) - 5_000;
  const to = Math.max(...known) + 10_000;
  const near = lines.filter(
    (line) =>
      line.connector === connector &&
      (line.partition === undefined || line.partition === partition) &&
      (known.length === 0 || (line.at >= from && line.at <= to)),
  );
  return near
    .sort((a, b) => a.at - b.at)
    .slice(-most)
    .map(({ file, text }) => `${file}: ${text}`);
}
