/** What every operation works with. */
import type { Logger } from '../../../shared/logger.ts';
import type { AsyncQueue } from './async-queue.ts';
import type { Faults } from './faults.ts';
import type { FcCredential } from './function-definition.ts';
import type { FunctionRegistry, ServedFunction } from './function-registry.ts';
import type { FcAccount } from './instance-environment.ts';
import type { InvocationLog } from './invocation-log.ts';
import type { NonceMemory } from './nonce-memory.ts';
import type { RunResult } from './run-function.ts';

/** A run that is asked for. */
export interface RunOrder {
  readonly served: ServedFunction;
  readonly event: Buffer;
  readonly requestId: string;
  readonly qualifier: string;
  readonly mode: 'sync' | 'async';
  readonly taskId: string | undefined;
  /** From 1. */
  readonly attempt: number;
}

export interface FcService {
  readonly account: FcAccount;
  readonly registry: FunctionRegistry;
  readonly queue: AsyncQueue;
  readonly faults: Faults;
  readonly invocations: InvocationLog;
  readonly nonces: NonceMemory;
  /** Asked at each request: a test may change them. */
  readonly credentials: () => readonly FcCredential[];
  /** Runs a function once, under what was ordered to go wrong, and books it.
   *  @throws FcError where the platform does not let it run */
  readonly run: (order: RunOrder) => Promise<RunResult>;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly logger: Logger;
  /** Aborted when the server closes: ends waits. */
  readonly closing: AbortSignal;
}
