/** What a worker tells of a connector beside its state: JSON in the status topic, one record a worker and connector. Never keys, values or
 *  headers of records. */
import { z } from 'zod';
import type { ConnectorEvent } from '../connector-host.ts';
import { type RedriveState, redriveState } from './redrive-state.ts';

/** An event, and its repeats: `offset` and `at` are those of the first, `count` is of all. */
export interface RecordedEvent extends ConnectorEvent {
  /** Epoch ms, and the offset, of the last time. */
  readonly lastAt?: number;
  readonly lastOffset?: number;
}

/** A line of the worker's log that is about the connector. */
export interface LogLine {
  /** Epoch ms. */
  readonly at: number;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  /** As they were logged, as JSON text; absent where there are none, or too many. */
  readonly fields?: string;
}

export interface ActivityRecord {
  readonly events: readonly RecordedEvent[];
  readonly logs: readonly LogLine[];
  readonly redrives: readonly RedriveState[];
}

const NO_ACTIVITY: ActivityRecord = { events: [], logs: [], redrives: [] };

const event = z.object({
  at: z.number(),
  kind: z.enum(['state', 'error', 'restart', 'errant-record', 'partition-stopped', 'gap']),
  message: z.string(),
  task: z.number().exactOptional(),
  code: z.string().exactOptional(),
  topic: z.string().exactOptional(),
  partition: z.number().exactOptional(),
  offset: z.number().exactOptional(),
  count: z.number().exactOptional(),
  lastAt: z.number().exactOptional(),
  lastOffset: z.number().exactOptional(),
});
const line = z.object({
  at: z.number(),
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
  fields: z.string().exactOptional(),
});
const record = z.object({ events: z.array(z.unknown()), logs: z.array(z.unknown()), redrives: z.array(z.unknown()) });

/** What another worker, perhaps of another version, or anybody, wrote: what is not understood of it is left out. */
export function readActivity(said: unknown): ActivityRecord {
  const { data } = record.safeParse(said);
  if (data === undefined) return NO_ACTIVITY;
  return {
    events: understood(event, data.events),
    logs: understood(line, data.logs),
    redrives: understood(redriveState, data.redrives),
  };
}

function understood<T>(schema: z.ZodType<T>, all: readonly unknown[]): T[] {
  return all.flatMap((one) => schema.safeParse(one).data ?? []);
}
