/** Faults to order: what shall go wrong with the next requests that match. */
import { z } from 'zod';

const matching = {
  /** How many matching requests it befalls. */
  times: z.int().min(1).default(1),
  /** Upper case, for example `PUT`. Any, when absent. */
  method: z.string().optional(),
  bucket: z.string().optional(),
  keyPrefix: z.string().optional(),
};

const faultSchema = z.discriminatedUnion('kind', [
  /** Answers with an error instead of doing anything. */
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    code: z.string().min(1),
    message: z.string().optional(),
    retryAfterSeconds: z.int().min(0).optional(),
    ...matching,
  }),
  /** Closes the connection; nothing was written. */
  z.strictObject({ kind: z.literal('drop-before-write'), ...matching }),
  /** Does what was asked, then closes the connection: the reply is lost. */
  z.strictObject({ kind: z.literal('drop-after-write'), ...matching }),
  z.strictObject({ kind: z.literal('delay-before-write'), delayMs: z.int().min(0), ...matching }),
  z.strictObject({ kind: z.literal('delay-after-write'), delayMs: z.int().min(0), ...matching }),
  /** Neither writes nor answers; the connection stays open until one side closes it. */
  z.strictObject({ kind: z.literal('hang'), ...matching }),
]);

/** A fault as it is ordered, in code or as JSON. */
export type FaultOrder = z.input<typeof faultSchema>;
/** An order with its defaults filled in. */
export type Fault = z.output<typeof faultSchema>;

interface Target {
  readonly method: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

/** @throws Error naming every field that is wrong */
function parseFault(order: unknown): Fault {
  const parsed = faultSchema.safeParse(order);
  if (parsed.success) return parsed.data;
  throw new Error(`not a fault: ${z.prettifyError(parsed.error)}`);
}

function matches(fault: Fault, { method, bucket, key }: Target): boolean {
  if (fault.method !== undefined && fault.method !== method) return false;
  if (fault.bucket !== undefined && fault.bucket !== bucket) return false;
  return fault.keyPrefix === undefined || (key ?? '').startsWith(fault.keyPrefix);
}

/** Faults that wait for their requests, first ordered first served; one fault a request. */
export class Faults {
  #waiting: { readonly fault: Fault; left: number }[] = [];

  /** @throws Error when the order is not a fault */
  add(order: unknown): Fault {
    const fault = parseFault(order);
    this.#waiting.push({ fault, left: fault.times });
    return fault;
  }

  clear(): void {
    this.#waiting = [];
  }

  /** Faults still to come, with how often. */
  pending(): (Fault & { readonly left: number })[] {
    return this.#waiting.map(({ fault, left }) => ({ ...fault, left }));
  }

  /** The fault that befalls this request, used up by one. */
  take(target: Target): Fault | undefined {
    const found = this.#waiting.find(({ fault }) => matches(fault, target));
    if (found === undefined) return undefined;
    found.left--;
    this.#waiting = this.#waiting.filter(({ left }) => left > 0);
    return found.fault;
  }
}
