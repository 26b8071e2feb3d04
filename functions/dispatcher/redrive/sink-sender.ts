/** Sends records straight to the sink of a connector; those that it refuses again go back to the error topic. */
import type { Clock } from '../../../shared/clock.ts';
import { FatalError, toError } from '../../../shared/errors.ts';
import type { KafkaProducer } from '../../../shared/kafka/driver.ts';
import { writeConfirmed } from './confirmed-writes.ts';
import { type ErrantEntry, refusedRecord } from './error-entry.ts';
import type { RedriveFailure, RedriveSender, RedriveStep, SenderTarget, SettledStep } from './redrive-step.ts';
import { deliverToSink, type SinkVerdict, type SinkWay } from './sink-delivery.ts';

export interface SinkSenderDeps {
  readonly producer: KafkaProducer;
  readonly clock: Clock;
  readonly random: () => number;
}

export class SinkSender implements RedriveSender {
  readonly most = 1;

  constructor(
    private readonly way: SinkWay,
    private readonly deps: SinkSenderDeps,
  ) {}

  async targets(entries: readonly ErrantEntry[]): Promise<SenderTarget[]> {
    const { config, sink } = this.way;
    return entries.map(({ record, note }) => {
      // A sink that was deployed without a dispatcher knows no connector: its class stands there.
      if (note.connector === config.name || note.connector === sink.connectorClass) {
        return { destinations: [{ topic: record.topic, partition: record.partition }] };
      }
      const message = `it is of connector ${note.connector}, and this is ${config.name}; give that one's file`;
      return { failure: { code: 'REDRIVE_OTHER_CONNECTOR', message } };
    });
  }

  async send(steps: readonly RedriveStep[], signal: AbortSignal): Promise<SettledStep[]> {
    const settled: SettledStep[] = [];
    for (const { entry } of steps) settled.push(await this.#sendOne(entry, signal));
    return settled;
  }

  close(): Promise<void> {
    return Promise.all([this.way.invoker.close(), this.way.claimCheck?.close()]).then(() => undefined);
  }

  async #sendOne(entry: ErrantEntry, signal: AbortSignal): Promise<SettledStep> {
    let verdict: SinkVerdict;
    try {
      verdict = await deliverToSink(entry, this.way, this.deps, signal);
    } catch (thrown) {
      // It is about this record's place at the target, not about the target.
      if (thrown instanceof FatalError && thrown.scope === 'partition') return failed(entry, thrown);
      throw thrown;
    }
    if (verdict === 'written') return { entry, outcome: 'sent' };
    if (verdict === 'dropped') return { entry, outcome: 'dropped' };
    const { topic, partition } = entry.record;
    const record = refusedRecord(entry, verdict, this.deps.clock.now());
    const failures = await writeConfirmed(this.deps.producer, [{ entry, to: { topic, partition }, record }]);
    const failure = failures.get(entry);
    if (failure !== undefined) return { entry, outcome: 'failed', failure };
    return { entry, outcome: 'returned', failure: { code: verdict.code, message: verdict.message } };
  }
}

function failed(entry: ErrantEntry, thrown: FatalError): SettledStep {
  const failure: RedriveFailure = { code: thrown.code, message: toError(thrown).message };
  return { entry, outcome: 'failed', failure };
}
