/** Faults to order: what shall go wrong with the next calls that match. */
import { z } from 'zod';

const matching = {
  /** How many matching calls it befalls. */
  times: z.int().min(1).default(1),
  /** Such as `CreateTopic`; any, when absent. */
  action: z.string().optional(),
};

const faultSchema = z.discriminatedUnion('kind', [
  /** Answers so instead of doing anything. `{status: 200, code: 200, success: false}` is what only `Success` tells. */
  z.strictObject({
    kind: z.literal('answer'),
    status: z.int().min(200).max(599),
    code: z.union([z.string(), z.int()]),
    message: z.string().default('ordered by a fault'),
    success: z.boolean().optional(),
    ...matching,
  }),
  /** Answers as a gateway does: with HTML. */
  z.strictObject({ kind: z.literal('html'), status: z.int().min(200).max(599).default(502), ...matching }),
  /** Closes the connection; nothing was done. */
  z.strictObject({ kind: z.literal('drop-before'), ...matching }),
  /** Does what was asked, then closes the connection: the reply is lost. */
  z.strictObject({ kind: z.literal('drop-after'), ...matching }),
]);

/** A fault as it is ordered. */
export type FaultOrder = z.input<typeof faultSchema>;
/** An order with its defaults filled in. */
export type Fault = z.output<typeof faultSchema>;

/** Faults that wait for their calls, first ordered first served; one fault a call. */
export class Faults {
  #waiting: { readonly fault: Fault; left: number }[] = [];

  /** @throws ZodError when the order is not a fault */
  add(order: FaultOrder): void {
    const fault = faultSchema.parse(order);
    this.#waiting.push({ fault, left: fault.times });
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The fault that befalls this call, used up by one. */
  take(action: string): Fault | undefined {
    const waiting = this.#waiting.find(({ fault }) => fault.action === undefined || fault.action === action);
    if (waiting === undefined) return undefined;
    waiting.left--;
    this.#waiting = this.#waiting.filter(({ left }) => left > 0);
    return waiting.fault;
  }
}
