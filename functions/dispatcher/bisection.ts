/** Finds the records that make a user's function fail a whole batch.
 *
 *  The batch is cut into halves, left before right, so that the order within the partition stays; a half that fails is cut further at
 *  once, until one record fails alone. A part is sent once, without wait: splits do not use up `retries`. Only the lone record is tried
 *  `retries` more times, and is then errant. So for p bad records in a batch of n, after the first call there are at most
 *  2·p·⌈log2 n⌉ + (1+p)·retries more: each bad record lies in at most ⌈log2 n⌉ parts that are cut, and each cut sends two parts.
 *  A target that cannot be used interrupts it, and nothing more: the part waits and is sent again. */
import { halves } from '../../shared/envelope/halves.ts';
import type { DeliveryRun } from './delivery-run.ts';
import { errantAlone } from './function-failures.ts';
import { type FailedPart, sendPart } from './part-delivery.ts';

/** One bisection of one batch. */
export class Bisection {
  #bad = 0;
  #parts = 0;

  constructor(private readonly run: DeliveryRun) {}

  /** Resolves when every record of `failed` is settled, or every one before the record that the partition stops at.
   *  @throws FatalError when the task must fail; what reporting errant records throws; the fence's reason when aborted */
  async search(failed: FailedPart): Promise<void> {
    const { left, failure, failures } = failed;
    const { logger } = this.run.deps;
    const { topic, partition, firstOffset, count: records } = left;
    const fields = { topic, partition, firstOffset, records };
    logger.warn(
      { ...fields, failures, code: failure.code },
      'the function keeps failing this batch; it is sent in ever smaller parts to find the records to blame',
    );
    await this.#cut(failed);
    const { invocations } = this.run;
    logger.warn({ ...fields, bad: this.#bad, parts: this.#parts, invocations }, 'the records to blame were looked for');
  }

  async #cut({ left, failure }: FailedPart): Promise<void> {
    this.run.split(failure);
    for (const part of halves(left)) {
      if (this.run.isBehindStop(part.firstOffset)) return;
      this.run.fence.throwIfAborted();
      this.#parts++;
      const failed = await sendPart(part, 0, this.run);
      if (failed === undefined) continue;
      if (failed.left.count > 1) await this.#cut(failed);
      else {
        this.#bad++;
        await errantAlone(failed, this.run);
      }
    }
  }
}
