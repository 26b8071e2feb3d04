/** What becomes of each record of a preview: of what was sent the sink says it, of the rest intake. */
import type { ConnectorConfig } from '../../../shared/config/connector-keys.ts';
import { batchOf } from '../../../shared/envelope/block-builder.ts';
import { encodeEnvelope } from '../../../shared/envelope/encode.ts';
import type { BatchOutcome } from '../../../shared/outcomes.ts';
import { offsetAt, type RecordBatch, type RecordBlock } from '../../../shared/records.ts';
import { examine } from '../intake.ts';
import { intakeRules } from '../plan.ts';

/** `written`: it joins a request. `overflow`: it is too large and travels alone, its value left out or stored apart. `errant`: it goes
 *  to the error topic. `stops`: errant, under `errors.policy=stop`. `not-reached`: it lies behind such a record. */
export type Verdict = 'written' | 'overflow' | 'errant' | 'dropped' | 'stops' | 'not-reached';

export interface Fate {
  readonly verdict: Verdict;
  /** Stable code of an errant record. */
  readonly code?: string;
  /** For what is not simply written. */
  readonly why?: string;
  /** Where an errant record goes. */
  readonly errorTopic?: string;
  /** Its element of the envelope, JSON; absent for a record that no envelope would hold. */
  readonly envelope?: string;
}

/** One a partition. */
export class Fates {
  readonly #config: ConnectorConfig;
  readonly #sent = new Map<number, Fate>();

  constructor(config: ConnectorConfig) {
    this.#config = config;
  }

  /** A batch was handed to the sink, which answered `outcome`. */
  sent(batch: RecordBatch, outcome: BatchOutcome): void {
    const { envelope: options } = intakeRules(this.#config);
    for (const { block, from, to } of batch.segments) {
      for (let index = from; index < to; index++) {
        const element = encodeEnvelope(batchOf(block, index, index + 1), options)
          .toString('utf8', 1)
          .slice(0, -1);
        this.#sent.set(offsetAt(block, index), { ...this.#ofSent(block, index), envelope: element });
      }
    }
    if (!('outcomes' in outcome)) return;
    const errorTopic = this.#config['runtime.error.topic.name'];
    for (const { offset, status, code = 'UNSPECIFIED', message = '' } of outcome.outcomes) {
      if (status === 'errant') {
        this.#sent.set(offset, { ...this.#sent.get(offset), verdict: 'errant', code, why: message, errorTopic });
      }
    }
  }

  /** Of record `index` of `block`. `stoppedAt`: the offset that the partition stopped at. */
  of(block: RecordBlock, index: number, stoppedAt: number | undefined): Fate {
    const offset = offsetAt(block, index);
    const fate = this.#sent.get(offset) ?? this.#ofIntake(block, index, stoppedAt);
    if (offset !== stoppedAt) return fate;
    const { errorTopic: _, ...stopped } = fate;
    return { ...stopped, verdict: 'stops' };
  }

  #ofSent(block: RecordBlock, index: number): Fate {
    const overflow = block.overflows?.get(index);
    if (overflow === undefined) return { verdict: 'written' };
    const value = overflow.valueRef === undefined ? 'left out' : 'stored apart, and the envelope says where';
    return {
      verdict: 'overflow',
      why: `alone it exceeds invoke.max.bytes=${this.#config['invoke.max.bytes']}; its value is ${value}`,
    };
  }

  #ofIntake(block: RecordBlock, index: number, stoppedAt: number | undefined): Fate {
    const intake = examine(block, index, intakeRules(this.#config));
    if (stoppedAt !== undefined && offsetAt(block, index) > stoppedAt) return { verdict: 'not-reached' };
    if (intake === 'dropped')
      return { verdict: 'dropped', why: 'its value is null, and behavior.on.null.values=ignore' };
    if (typeof intake === 'number' || !('errant' in intake)) return { verdict: 'not-reached' };
    const { code, message } = intake.errant;
    return { verdict: 'errant', code, why: message, errorTopic: this.#config['errors.deadletterqueue.topic.name'] };
  }
}
