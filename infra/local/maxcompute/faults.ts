/** Faults to order: what shall go wrong with the next requests that match. */
import { z } from 'zod';
import { type Addressed, OPERATIONS } from './operation-name.ts';

const matching = {
  /** How many matching requests it befalls. */
  times: z.int().min(1).default(1),
  /** How many matching requests go by before. */
  after: z.int().min(0).default(0),
  /** Any operation of the service, when absent. */
  operation: z.enum(OPERATIONS).optional(),
  table: z.string().optional(),
};

const faultSchema = z.discriminatedUnion('kind', [
  /** Answers with an error instead of doing anything: 429 `FlowExceeded` with `holdClientMs`, 502, 412 `SchemaModified`, 404
   *  `NoSuchUpload`, 401 for a token, and so on. */
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(300).max(599),
    code: z.string().min(1),
    message: z.string().optional(),
    holdClientMs: z.int().min(0).optional(),
    headers: z.record(z.string(), z.string()).default({}),
    ...matching,
  }),
  /** Answers as a gateway does: with HTML. */
  z.strictObject({ kind: z.literal('gateway'), status: z.int().min(400).max(599).default(502), ...matching }),
  /** Closes the connection; nothing was done. */
  z.strictObject({ kind: z.literal('drop-before'), ...matching }),
  /** Does what was asked, then closes the connection: the reply is lost. */
  z.strictObject({ kind: z.literal('drop-after'), ...matching }),
  z.strictObject({ kind: z.literal('delay-before'), delayMs: z.int().min(0), ...matching }),
  z.strictObject({ kind: z.literal('delay-after'), delayMs: z.int().min(0), ...matching }),
  /** Neither does anything nor answers; the connection stays open until one side closes it. */
  z.strictObject({ kind: z.literal('hang'), ...matching }),
  /** Waits until all faults are cleared, and only then does what was asked, whether or not somebody still waits for the answer. */
  z.strictObject({ kind: z.literal('hold'), ...matching }),
]);

/** A fault as it is ordered, in code or as JSON. */
export type FaultOrder = z.input<typeof faultSchema>;
/** An order with its defaults filled in. */
export type Fault = z.output<typeof faultSchema>;

interface Waiting {
  readonly fault: Fault;
  toSkip: number;
  left: number;
}

/** @throws Error naming every field that is wrong */
function parseFault(order: unknown): Fault {
  const parsed = faultSchema.safeParse(order);
  if (parsed.success) return parsed.data;
  throw new Error(`not a fault: ${z.prettifyError(parsed.error)}`);
}

function matches({ operation, table }: Fault, to: Addressed): boolean {
  return (operation === undefined || operation === to.name) && (table === undefined || table === to.table);
}

/** Faults that wait for their requests, first ordered first served; one fault a request. */
export class Faults {
  #waiting: Waiting[] = [];
  #cleared = new AbortController();

  /** @throws Error when the order is not a fault */
  add(order: unknown): Fault {
    const fault = parseFault(order);
    this.#waiting.push({ fault, toSkip: fault.after, left: fault.times });
    return fault;
  }

  clear(): void {
    this.#waiting = [];
    this.#cleared.abort();
    this.#cleared = new AbortController();
  }

  /** Aborted when the faults of now are cleared. */
  get cleared(): AbortSignal {
    return this.#cleared.signal;
  }

  /** Faults still to come, with how often. */
  pending(): (Fault & { readonly left: number })[] {
    return this.#waiting.map(({ fault, left }) => ({ ...fault, left }));
  }

  /** The fault that befalls this request, used up by one. */
  take(target: Addressed): Fault | undefined {
    for (const waiting of this.#waiting) {
      if (!matches(waiting.fault, target)) continue;
      if (waiting.toSkip > 0) {
        waiting.toSkip--;
        continue;
      }
      waiting.left--;
      this.#waiting = this.#waiting.filter(({ left }) => left > 0);
      return waiting.fault;
    }
    return undefined;
  }
}
