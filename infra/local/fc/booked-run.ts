/** Runs functions, and books what ran. */
import { FcError } from './errors.ts';
import type { Faults } from './faults.ts';
import type { FcAccount } from './instance-environment.ts';
import { invocationContext } from './invocation-context.ts';
import type { InvocationLog } from './invocation-log.ts';
import { type RunResult, runFunction } from './run-function.ts';
import type { RunOrder } from './service.ts';

export interface BookedRunOptions {
  readonly account: FcAccount;
  readonly faults: Faults;
  readonly invocations: InvocationLog;
  /** Epoch ms. */
  readonly clock: () => number;
}

/** Builds what `FcService.run` is. */
export function bookedRun({ account, faults, invocations, clock }: BookedRunOptions) {
  return async (order: RunOrder): Promise<RunResult> => {
    const { served, event, requestId, qualifier, mode, taskId, attempt } = order;
    const { fn, pool } = served;
    const at = clock();
    const book = (outcome: { status: number; errorType: string | undefined } & Partial<RunResult>) =>
      invocations.add(fn.name, {
        ...{ requestId, at, mode, taskId, qualifier, attempt, payloadBytes: event.length },
        cold: outcome.isCold ?? false,
        durationMs: outcome.durationMs ?? 0,
        status: outcome.status,
        errorType: outcome.errorType,
        instanceId: outcome.instanceId,
      });
    try {
      const context = invocationContext(fn, account, requestId, qualifier);
      const result = await runFunction(pool, event, context, faults.ofRun({ function: fn.name, mode }));
      book({ status: 200, ...result });
      return result;
    } catch (thrown) {
      if (thrown instanceof FcError) book({ status: thrown.status, errorType: thrown.code });
      throw thrown;
    }
  };
}
