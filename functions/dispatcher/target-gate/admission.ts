/** What a call to the target must get before it starts, beside a place: memory for its request. */
import type { InvokeContext } from '../invokers/invoker.ts';

export interface Admission {
  /** Resolves with what gives it back, to be called once, when the call ended. Callers are served in the order they came.
   *  @param bytes encoded bytes of what is sent; 0 for a step of a two-phase sink that carries no records
   *  @throws the reason of `context.admission` or `context.signal` when one of them is aborted first */
  enter(bytes: number, context: InvokeContext): Promise<() => void>;
}
