/** Shapes of what our own routes answer, for the OpenAPI document. */
import { z } from 'zod';
import { shapeSchemas } from '../shapes.ts';

const count = z.int().nonnegative();
const epochMs = z.int().meta({ description: 'Epoch ms.' });
const reason = z.object({ code: z.string(), message: z.string() });
const stopMark = z.object({ offset: count, code: z.string() });
const place = z.object({ topic: z.string(), partition: count, offset: count });

const event = z.object({
  worker: z.string(),
  at: epochMs,
  kind: z.enum(['state', 'error', 'restart', 'errant-record', 'partition-stopped', 'gap']),
  message: z.string(),
  task: count.optional(),
  code: z.string().optional(),
  topic: z.string().optional(),
  partition: count.optional(),
  offset: count.optional(),
  count: count.optional().meta({ description: 'How often it happened, where it was more than once.' }),
  lastAt: epochMs.optional(),
  lastOffset: count.optional(),
});

const redrive = z.object({
  id: z.string(),
  worker: z.string(),
  state: z.enum(['running', 'done', 'incomplete', 'failed', 'stopped', 'interrupted']),
  startedAt: epochMs,
  endedAt: epochMs.optional(),
  by: z.string().optional(),
  to: z.enum(['topic', 'sink']),
  progress: z.object({ done: count, total: count, sent: count }),
  reports: z.array(z.record(z.string(), z.unknown())).optional(),
  failure: reason.optional(),
});

/** By the name that the OpenAPI document gives them. */
export const SPILLWAY_SHAPES = {
  Live: z.object({ status: z.literal('live') }),
  Ready: z.object({ status: z.enum(['ready', 'not ready']), reasons: z.array(z.string()) }),
  ClusterView: z.object({
    group: z.string(),
    self: z.string(),
    generation: z.int().nullable(),
    leader: z.string().nullable(),
    workers: z.array(
      z.object({
        id: z.string(),
        member: z.boolean(),
        connectors: z.array(z.string()),
        tasks: z.array(z.object({ connector: z.string(), task: count, state: z.string() })),
      }),
    ),
  }),
  Lag: z.object({
    connector: z.string(),
    group: z.string(),
    lag: count,
    partitions: z.array(
      z.object({
        topic: z.string(),
        partition: count,
        beginning: count,
        end: count,
        committed: count.nullable(),
        lag: count,
        stopped: stopMark.optional(),
      }),
    ),
  }),
  Events: z.object({ connector: z.string(), events: z.array(event) }),
  Logs: z.object({
    connector: z.string(),
    logs: z.array(
      z.object({
        worker: z.string(),
        at: epochMs,
        level: z.enum(['info', 'warn', 'error']),
        message: z.string(),
        fields: z.unknown().optional(),
      }),
    ),
  }),
  Preview: z.object({
    connector: z.string(),
    records: z.array(z.record(z.string(), z.unknown())),
    batches: z.array(z.record(z.string(), z.unknown())),
  }),
  TestAnswer: z.object({
    id: z.string(),
    connector: z.string(),
    ...place.shape,
    outcome: z.enum(['written', 'dropped', 'errant', 'stopped', 'pending']),
    message: z.string(),
    committed: count.nullable(),
    error: place.extend(reason.shape).optional(),
    stopped: stopMark.optional(),
    ask: z.string(),
  }),
  ErrorRows: z.object({ connector: z.string(), errors: z.array(z.record(z.string(), z.unknown())) }),
  ErrorKinds: z.object({ connector: z.string(), kinds: z.array(z.record(z.string(), z.unknown())) }),
  Redrive: redrive,
  Redrives: z.object({ connector: z.string(), redrives: z.array(redrive) }),
  /** With `confirm` what is done, without it what would be. */
  RedriveAnswer: z.union([
    z.object({ dryRun: z.literal(true), rehearsals: z.array(z.record(z.string(), z.unknown())) }),
    z.object({ dryRun: z.literal(false), redrive }),
  ]),
} as const;

/** Schema that stands for one of them. */
export function spillwayShape(name: keyof typeof SPILLWAY_SHAPES): { readonly $ref: string } {
  return { $ref: `${name}#` };
}

/** As JSON Schemas with an `$id`. */
export function spillwaySchemas(): readonly object[] {
  return shapeSchemas(SPILLWAY_SHAPES);
}
