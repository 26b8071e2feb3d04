/** How a redrive that a worker was asked for goes on, as every worker can tell it. */
import { z } from 'zod';

export const redriveState = z.object({
  id: z.string(),
  /** `interrupted`: its worker went before the end. The same request goes on with it. */
  state: z.enum(['running', 'done', 'incomplete', 'failed', 'stopped', 'interrupted']),
  /** Epoch ms. */
  startedAt: z.number(),
  endedAt: z.number().exactOptional(),
  /** Who asked for it, where the worker knows names. */
  by: z.string().exactOptional(),
  to: z.enum(['topic', 'sink']),
  /** Offsets of the error topics, and records that were sent. */
  progress: z.object({ done: z.number(), total: z.number(), sent: z.number() }),
  /** What it did, by error topic. */
  reports: z.array(z.record(z.string(), z.unknown())).exactOptional(),
  failure: z.object({ code: z.string(), message: z.string() }).exactOptional(),
});

export type RedriveState = Readonly<z.infer<typeof redriveState>>;
