/** Bodies of the routes under `/spillway/`, as far as the command line reads them. */
import { z } from 'zod';
import { body } from './answer-shape.ts';

const stopMark = body({ offset: z.number(), code: z.string() });
const reason = body({ code: z.string(), message: z.string() });

export const cluster = body({
  group: z.string(),
  self: z.string(),
  generation: z.number().nullable(),
  leader: z.string().nullable(),
  workers: z.array(
    body({
      id: z.string(),
      member: z.boolean(),
      connectors: z.array(z.string()),
      tasks: z.array(body({ connector: z.string(), task: z.number(), state: z.string() })),
    }),
  ),
});
export type Cluster = z.infer<typeof cluster>;

export const lag = body({
  connector: z.string(),
  group: z.string(),
  lag: z.number(),
  partitions: z.array(
    body({
      topic: z.string(),
      partition: z.number(),
      beginning: z.number(),
      end: z.number(),
      committed: z.number().nullable(),
      lag: z.number(),
      stopped: stopMark.optional(),
    }),
  ),
});
export type Lag = z.infer<typeof lag>;

export const events = body({
  events: z.array(
    body({
      worker: z.string(),
      at: z.number(),
      kind: z.string(),
      message: z.string(),
      task: z.number().optional(),
      code: z.string().optional(),
      topic: z.string().optional(),
      partition: z.number().optional(),
      offset: z.number().optional(),
      count: z.number().optional(),
    }),
  ),
});
export type Events = z.infer<typeof events>;

export const logs = body({
  logs: z.array(
    body({
      worker: z.string(),
      at: z.number(),
      level: z.string(),
      message: z.string(),
      fields: z.unknown().optional(),
    }),
  ),
});
export type Logs = z.infer<typeof logs>;

export const testAnswer = body({
  topic: z.string(),
  partition: z.number(),
  offset: z.number(),
  outcome: z.string(),
  message: z.string(),
});
export type TestAnswer = z.infer<typeof testAnswer>;

const shownBody = body({ bytes: z.number(), encoding: z.enum(['utf8', 'base64']), head: z.string(), cut: z.boolean() });

export const preview = body({
  records: z.array(
    body({
      topic: z.string(),
      partition: z.number(),
      offset: z.number(),
      timestamp: z.number(),
      verdict: z.string(),
      code: z.string().optional(),
      why: z.string().optional(),
      errorTopic: z.string().optional(),
      envelope: z.unknown().optional(),
      envelopeSize: z.number().optional(),
    }),
  ),
  batches: z.array(
    body({
      topic: z.string(),
      partition: z.number(),
      firstOffset: z.number(),
      lastOffset: z.number(),
      count: z.number(),
      requests: z.array(
        body({ method: z.string(), url: z.string(), headers: z.record(z.string(), z.string()), body: shownBody }),
      ),
    }),
  ),
});

const excerpt = body({ encoding: z.enum(['utf8', 'base64']), head: z.string() });

export const errorRows = body({
  errors: z.array(
    body({
      topic: z.string(),
      partition: z.number(),
      offset: z.number(),
      timestamp: z.string(),
      failure: body({
        connector: z.string(),
        code: z.string(),
        message: z.string(),
        source: body({ topic: z.string(), partition: z.number(), offset: z.number() }),
      }).optional(),
      keyHead: excerpt.nullable(),
    }),
  ),
});
export type ErrorRows = z.infer<typeof errorRows>;

export const errorKinds = body({
  kinds: z.array(
    body({
      errorTopic: z.string(),
      connector: z.string().optional(),
      code: z.string().optional(),
      errorClass: z.string().optional(),
      sourceTopic: z.string().optional(),
      records: z.number(),
      first: z.number(),
      last: z.number(),
    }),
  ),
});

const redrive = body({
  id: z.string(),
  worker: z.string(),
  state: z.string(),
  startedAt: z.number(),
  progress: body({ done: z.number(), total: z.number(), sent: z.number() }),
  reports: z
    .array(
      body({
        topic: z.string(),
        group: z.string(),
        complete: z.boolean(),
        sent: z.number(),
        dropped: z.number(),
        parked: z.number(),
        returned: z.number(),
        failed: z.number(),
        foreign: z.number(),
        sentBefore: z.number(),
        deleted: z.number(),
        failures: z
          .array(
            body({
              partition: z.number(),
              offset: z.number(),
              outcome: z.enum(['failed', 'returned', 'foreign']),
              code: z.string(),
              message: z.string(),
            }),
          )
          .default([]),
      }),
    )
    .optional(),
  failure: reason.optional(),
});
export type RedriveState = z.infer<typeof redrive>;

export const redrives = body({ redrives: z.array(redrive) });
export { redrive };

export const redriveAnswer = z.union([
  body({
    dryRun: z.literal(true),
    rehearsals: z.array(
      body({
        topic: z.string(),
        group: z.string(),
        resumes: z.boolean(),
        send: z.array(body({ topic: z.string(), records: z.number() })),
        parked: z.number(),
        parkingTopic: z.string(),
        failed: z.array(body({ code: z.string(), message: z.string(), records: z.number() })),
        foreign: z.number(),
      }),
    ),
  }),
  body({ dryRun: z.literal(false), redrive }),
]);
