/** Faults to order: what shall go wrong with the next requests, or the next runs of a function, that match. */
import { z } from 'zod';

const matching = {
  /** How many it befalls. */
  times: z.int().min(1).default(1),
  /** How many go by before. */
  after: z.int().min(0).default(0),
  /** How likely it is for each that matches. */
  probability: z.number().gt(0).max(1).default(1),
  /** Any function, when absent. */
  function: z.string().optional(),
  /** Calls of this kind; of both, when absent. A run of an asynchronous call is `async`. */
  mode: z.enum(['sync', 'async']).optional(),
};

/** Of a request: invocations, or questions for a function or its asynchronous settings. */
const ofRequest = { ...matching, operation: z.enum(['invoke', 'get', 'get-async']).default('invoke') };

const requestFaults = [
  /** Answers with an error instead of doing anything: 429 `ResourceThrottled`, 500 `InternalServerError`, 502 `BadResponse`,
   *  503 `ServiceUnavailable`, 403 `AccessDenied`, 404 `FunctionNotFound`, and so on. */
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    code: z.string().min(1),
    message: z.string().optional(),
    headers: z.record(z.string(), z.string()).default({}),
    ...ofRequest,
  }),
  /** Answers as a gateway does: with HTML. */
  z.strictObject({ kind: z.literal('gateway'), status: z.int().min(400).max(599).default(502), ...ofRequest }),
  /** Closes the connection; nothing ran. */
  z.strictObject({ kind: z.literal('drop-before'), ...ofRequest }),
  /** Does what was asked, then closes the connection: the answer is lost. */
  z.strictObject({ kind: z.literal('drop-after'), ...ofRequest }),
  z.strictObject({ kind: z.literal('delay-before'), delayMs: z.int().min(0), ...ofRequest }),
  z.strictObject({ kind: z.literal('delay-after'), delayMs: z.int().min(0), ...ofRequest }),
  /** Neither does anything nor answers; the connection stays open until one side closes it. */
  z.strictObject({ kind: z.literal('hang'), ...ofRequest }),
  /** Waits until all faults are cleared, and only then does what was asked. */
  z.strictObject({ kind: z.literal('hold'), ...ofRequest }),
  /** Answers with what is no HTTP. */
  z.strictObject({ kind: z.literal('garbage'), ...ofRequest }),
] as const;

const runFaults = [
  /** The platform does not let it run: a synchronous call is answered so, an asynchronous one comes again later. */
  z.strictObject({
    kind: z.literal('refuse-run'),
    status: z.int().min(429).max(599).default(429),
    code: z.string().min(1).default('ResourceThrottled'),
    ...matching,
  }),
  /** Kills the instance in the middle of the call: when its log has this text, and so long after. With neither, as the handler is called. */
  z.strictObject({
    kind: z.literal('kill'),
    afterMs: z.int().min(0).default(0),
    atLine: z.string().min(1).optional(),
    ...matching,
  }),
  /** As if the time limit were this short. */
  z.strictObject({ kind: z.literal('time-out'), afterMs: z.int().min(0).default(0), ...matching }),
  /** As if the memory had not been enough: killed so long after the handler was called. */
  z.strictObject({ kind: z.literal('out-of-memory'), afterMs: z.int().min(0).default(0), ...matching }),
  /** Starts a new instance for the call, this much later than it could. */
  z.strictObject({ kind: z.literal('cold-start'), delayMs: z.int().min(0), ...matching }),
  /** Answers an error of the function without calling it. `body` is empty by default. */
  z.strictObject({
    kind: z.literal('function-error'),
    errorType: z.string().min(1).default('UnhandledInvocationError'),
    body: z.string().default(''),
    ...matching,
  }),
] as const;

const requestFaultSchema = z.discriminatedUnion('kind', requestFaults);
const runFaultSchema = z.discriminatedUnion('kind', runFaults);
const faultSchema = z.union([requestFaultSchema, runFaultSchema]);

/** A fault as it is ordered, in code or as JSON. */
export type FcFaultOrder = z.input<typeof faultSchema>;
/** Orders with their defaults filled in. */
export type RequestFault = z.output<typeof requestFaultSchema>;
export type RunFault = z.output<typeof runFaultSchema>;
export type Fault = RequestFault | RunFault;

const REQUEST_KINDS: ReadonlySet<unknown> = new Set(requestFaults.map(({ shape }) => shape.kind.value));

/** What a fault is compared with. */
export interface FaultTarget {
  readonly function: string;
  readonly mode: 'sync' | 'async';
}

interface Waiting<F extends Fault> {
  readonly fault: F;
  toSkip: number;
  left: number;
}

/** @throws Error naming every field that is wrong */
function parseFault(order: unknown): Fault {
  const kind = typeof order === 'object' && order !== null && 'kind' in order ? order.kind : undefined;
  const parsed = (REQUEST_KINDS.has(kind) ? requestFaultSchema : runFaultSchema).safeParse(order);
  if (parsed.success) return parsed.data;
  throw new Error(`not a fault: ${z.prettifyError(parsed.error)}`);
}

function isRequestFault(fault: Fault): fault is RequestFault {
  return REQUEST_KINDS.has(fault.kind);
}

/** Faults that wait, first ordered first served; at most one for a request and one for a run. */
export class Faults {
  #requests: Waiting<RequestFault>[] = [];
  #runs: Waiting<RunFault>[] = [];
  #cleared = new AbortController();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** @throws Error when the order is not a fault */
  add(order: unknown): Fault {
    const fault = parseFault(order);
    const counts = { toSkip: fault.after, left: fault.times };
    if (isRequestFault(fault)) this.#requests.push({ fault, ...counts });
    else this.#runs.push({ fault, ...counts });
    return fault;
  }

  clear(): void {
    this.#requests = [];
    this.#runs = [];
    this.#cleared.abort();
    this.#cleared = new AbortController();
  }

  /** Aborted when the faults of now are cleared. */
  get cleared(): AbortSignal {
    return this.#cleared.signal;
  }

  /** Faults still to come, with how often. */
  pending(): (Fault & { readonly left: number })[] {
    return [...this.#requests, ...this.#runs].map(({ fault, left }) => ({ ...fault, left }));
  }

  /** The fault that befalls this request, used up by one. */
  ofRequest(target: FaultTarget, operation: RequestFault['operation']): RequestFault | undefined {
    const found = this.#take(this.#requests, target, (fault) => fault.operation === operation);
    this.#requests = this.#requests.filter(({ left }) => left > 0);
    return found;
  }

  /** The fault that befalls this run, used up by one. */
  ofRun(target: FaultTarget): RunFault | undefined {
    const found = this.#take(this.#runs, target, () => true);
    this.#runs = this.#runs.filter(({ left }) => left > 0);
    return found;
  }

  #take<F extends Fault>(
    waiting: readonly Waiting<F>[],
    target: FaultTarget,
    also: (fault: F) => boolean,
  ): F | undefined {
    for (const each of waiting) {
      const { fault } = each;
      const isOther = fault.function !== undefined && fault.function !== target.function;
      if (isOther || (fault.mode !== undefined && fault.mode !== target.mode) || !also(fault)) continue;
      if (this.#random() >= fault.probability) continue;
      if (each.toSkip > 0) {
        each.toSkip--;
        continue;
      }
      each.left--;
      return fault;
    }
    return undefined;
  }
}
