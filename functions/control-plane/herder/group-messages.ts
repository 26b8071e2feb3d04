/** What workers and the leader of their group tell each other, as JSON in the group's user data. */
import { z } from 'zod';
import type { Share } from '../assignor.ts';

/** From a worker to the leader, at each join. */
export interface Claims {
  /** `host:port` under which it answers. */
  readonly workerId: string;
  /** Of the assignment that `has` came from; 0 without one. */
  readonly generation: number;
  readonly has: Share;
}

/** From the leader to a worker. */
export interface Given {
  /** Grows with every assignment, for as long as the status topic lives: the group's own number starts anew when no worker was there for long. */
  readonly generation: number;
  /** Worker that leads. */
  readonly leader: string;
  /** All workers of the group, sorted. */
  readonly workers: readonly string[];
  readonly share: Share;
}

const VERSION = 1;

const share = {
  connectors: z.array(z.string()),
  tasks: z.record(z.string(), z.array(z.int().nonnegative())),
};
const claimsShape = z.object({ version: z.literal(VERSION), worker: z.string(), generation: z.int(), ...share });
const givenShape = z.object({
  version: z.literal(VERSION),
  generation: z.int(),
  leader: z.string(),
  workers: z.array(z.string()),
  ...share,
});

export const NOTHING: Share = { connectors: [], tasks: new Map() };

export function encodeClaims({ workerId, generation, has }: Claims): Buffer {
  return json({ version: VERSION, worker: workerId, generation, ...plain(has) });
}

/** Undefined for what no worker of this version says. */
export function decodeClaims(bytes: Buffer): Claims | undefined {
  const { data } = claimsShape.safeParse(parsed(bytes));
  if (data === undefined) return undefined;
  return { workerId: data.worker, generation: data.generation, has: shareOf(data) };
}

export function encodeGiven({ share: given, ...rest }: Given): Buffer {
  return json({ version: VERSION, ...rest, ...plain(given) });
}

/** Undefined for what no leader of this version says. */
export function decodeGiven(bytes: Buffer): Given | undefined {
  const { data } = givenShape.safeParse(parsed(bytes));
  if (data === undefined) return undefined;
  const { generation, leader, workers } = data;
  return { generation, leader, workers, share: shareOf(data) };
}

function plain({ connectors, tasks }: Share) {
  return { connectors, tasks: Object.fromEntries(tasks) };
}

function shareOf(data: { connectors: string[]; tasks: Record<string, number[]> }): Share {
  return { connectors: data.connectors, tasks: new Map(Object.entries(data.tasks)) };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
