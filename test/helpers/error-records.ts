/** Error topics as connectors fill them, and topics as they are afterwards. */
import { vi } from 'vitest';
import { errorsCommand } from '../../cli/commands/errors.ts';
import { exitCodeOf, explain } from '../../cli/exit-code.ts';
import { type ErrantEntry, entryOf } from '../../functions/dispatcher/redrive/error-entry.ts';
import { noteHeaders } from '../../shared/failure-note.ts';
import type { ProducerRecord } from '../../shared/kafka/driver.ts';
import { type RecordHeader, recordAt, type SinkRecord } from '../../shared/records.ts';
import { uniqueName } from './kafka.ts';
import type { Rig } from './pipeline.ts';
import { waitFor } from './wait-for.ts';

/** A failed record in short. */
export interface Failed {
  readonly topic: string;
  readonly partition?: number;
  readonly offset: number;
  readonly key?: Buffer | null;
  readonly value?: Buffer | null;
  readonly headers?: readonly RecordHeader[];
  readonly timestamp?: number;
  readonly connector?: string;
  readonly code?: string;
  readonly message?: string;
}

export const ORIGINAL_TIMESTAMP = 1_600_000_000_000;

/** As the error topic's writer writes it, at `now`. */
export function errorRecord(failed: Failed, now = Date.now()): ProducerRecord {
  const { topic, partition = 0, offset, key = Buffer.from(`k${offset}`), value = Buffer.from(`v${offset}`) } = failed;
  const note = noteHeaders({
    topic,
    partition,
    offset,
    timestamp: failed.timestamp ?? ORIGINAL_TIMESTAMP,
    connector: failed.connector ?? 'c1',
    task: 0,
    stage: 'TASK_PUT',
    sinkClass: 'oss-sink',
    errorClass: 'RecordError',
    message: failed.message ?? 'it was bad',
    code: failed.code ?? 'BAD',
  });
  return { key, value, headers: [...(failed.headers ?? []), ...note], timestamp: now };
}

/** `record` as it is read from partition 1 of the topic `errors`. */
function lyingInErrors({ key, value, headers, timestamp }: ProducerRecord, offset: number): SinkRecord {
  const place = { topic: 'errors', partition: 1, offset, timestamp, timestampType: 'CreateTime' as const };
  return { ...place, key, value, headers, valueSize: value?.length ?? 0, overflow: null };
}

/** What a redrive takes it for. */
export function errantEntry(record: ProducerRecord, offset = 4): ErrantEntry {
  const found = entryOf(lyingInErrors(record, offset));
  if (found.note === undefined) throw new Error('not an error record');
  return found;
}

/** Failed records `v0` to `v<count-1>` of partition 0 of `topic`. */
export function manyFailed(topic: string, count: number): ProducerRecord[] {
  return Array.from({ length: count }, (_, offset) => errorRecord({ topic, offset }));
}

/** Every record of the topic, by partition and offset. */
export async function recordsIn(rig: Rig, topic: string): Promise<SinkRecord[]> {
  const admin = rig.driver.admin();
  const reader = rig.driver.reader({ isolationLevel: 'read_uncommitted', fetchMaxBytes: 1_000_000 });
  try {
    const records: SinkRecord[] = [];
    for (const [partition, end] of await admin.listOffsets(topic, 'latest')) {
      if (end === 0) continue;
      for (const { block, from, to } of await reader.read(topic, partition, 0, end)) {
        for (let index = from; index < to; index++) records.push(recordAt(block, index));
      }
    }
    return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  } finally {
    await Promise.all([admin.close(), reader.close()]);
  }
}

/** Header values as text, by name; the last of a name counts. */
export function headerTexts(record: SinkRecord | undefined): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries((record?.headers ?? []).map(({ key, value }) => [key, value?.toString()]));
}

/** A source topic and an error topic, each with `partitions`. */
export async function sourceAndErrors(rig: Rig, partitions = 1): Promise<{ source: string; errors: string }> {
  const source = await rig.createTopic(partitions, 'source');
  const errors = await rig.createTopic(partitions, 'errors');
  return { source, errors };
}

/** A connector whose error topic is `errors`. */
export async function connectorOf(
  rig: Rig,
  topics: { readonly source: string; readonly errors: string },
  extra: Readonly<Record<string, string>> = {},
): Promise<string> {
  return await rig.connectorFile(uniqueName('redrive'), {
    topics: topics.source,
    'errors.deadletterqueue.topic.name': topics.errors,
    'runtime.error.topic.name': topics.errors,
    ...extra,
  });
}

/** What `spillway errors ARGS --json` did. */
export interface ErrorsCliResult {
  readonly code: number;
  readonly stderr: string;
  /** What it printed. */
  readonly data: unknown;
}

/** Runs the command in this process, which takes a tenth of the time of one of its own. One at a time. */
export async function errorsCli(rig: Rig, ...args: string[]): Promise<ErrorsCliResult> {
  const printed: string[] = [];
  const said: string[] = [];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  const exitCodeBefore = process.exitCode;
  vi.stubEnv('SPILLWAY_BOOTSTRAP_SERVERS', rig.bootstrapServers);
  process.exitCode = 0;
  let code: number;
  try {
    await errorsCommand().parseAsync([...args, '--json'], { from: 'user' });
    code = Number(process.exitCode);
  } catch (thrown) {
    said.push(explain(thrown));
    code = exitCodeOf(thrown);
  } finally {
    process.exitCode = exitCodeBefore;
    out.mockRestore();
    err.mockRestore();
    vi.unstubAllEnvs();
  }
  return {
    code,
    stderr: said.join(''),
    data: printed.length === 0 ? undefined : (JSON.parse(printed.join('')) as unknown),
  };
}

/** Starts a redrive and resolves when it has sent `count` records. */
export async function startedRedrive(rig: Rig, file: string, source: string, count: number, rate = '20') {
  const run = rig.spawnCli(['errors', 'redrive', file, '--all', '--yes', '--json', '--rate', rate]);
  await waitFor(async () => (await recordsIn(rig, source)).length >= count, {
    what: `${count} redriven records`,
    timeoutMs: 200_000,
  });
  return run;
}

/** Values of a topic's records, sorted. */
export async function valuesIn(rig: Rig, topic: string): Promise<string[]> {
  return (await recordsIn(rig, topic)).map(({ value }) => String(value)).sort();
}
