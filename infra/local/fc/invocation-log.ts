/** What ran, for whoever looks: tests, and people over HTTP. */

/** One call of a function: a synchronous one, or one attempt of an asynchronous one. */
export interface FcInvocation {
  readonly requestId: string;
  /** Epoch ms. */
  readonly at: number;
  readonly mode: 'sync' | 'async';
  readonly taskId: string | undefined;
  readonly qualifier: string;
  /** 1 for a synchronous call and for the first attempt. */
  readonly attempt: number;
  readonly payloadBytes: number;
  /** True when an instance was started for it. */
  readonly cold: boolean;
  readonly durationMs: number;
  /** 200 for what ran, also where the function failed; what the platform said where nothing ran. */
  readonly status: number;
  /** The function's failure, or the code of the platform's refusal. */
  readonly errorType: string | undefined;
  readonly instanceId: string | undefined;
}

const MOST_KEPT = 10_000;

/** The newest calls of each function. */
export class InvocationLog {
  readonly #byFunction = new Map<string, FcInvocation[]>();

  add(name: string, invocation: FcInvocation): void {
    const kept = this.#byFunction.get(name) ?? [];
    kept.push(invocation);
    if (kept.length > MOST_KEPT) kept.shift();
    this.#byFunction.set(name, kept);
  }

  of(name: string): readonly FcInvocation[] {
    return [...(this.#byFunction.get(name) ?? [])];
  }
}
