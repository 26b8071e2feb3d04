/** The taking-in of delivered blocks: plain records join batches in runs, the others go where each belongs. */
import type { Batcher } from '../../shared/batcher.ts';
import type { ErrantReason, ErrantRecord } from '../../shared/errant.ts';
import { offsetAt, type RecordBlock } from '../../shared/records.ts';
import type { StopMark } from './commit-metadata.ts';
import { EXAMINED_RECORDS, examine, findPlain, type IntakeVerdict } from './intake.ts';
import type { PipelineDeps } from './pipeline-contract.ts';
import type { PlannedBatches } from './planned-batches.ts';

/** What the taking-in asks of its partition. */
export interface IntakeHost {
  /** Nothing is taken in at or past it. */
  readonly stopMark: StopMark | undefined;
  settled(offset: number, status: 'written' | 'dropped'): void;
  stopAt(offset: number, reason: ErrantReason): void;
}

/** Encoded bytes of the records that are looked at now. All partitions share it: it is filled and used up within one call. */
const encodedBytes = new Float64Array(EXAMINED_RECORDS);

/** One per partition. */
export class BlockIntake {
  constructor(
    private readonly deps: Pick<PipelineDeps, 'intake' | 'windowOf' | 'errorsPolicy'>,
    private readonly batcher: Batcher,
    /** Undefined under `at-least-once`. */
    private readonly planned: PlannedBatches | undefined,
    private readonly host: IntakeHost,
  ) {}

  /** Takes in the records of `block` that lie before the stop, in their order.
   *  @returns those for the error topic */
  take(block: RecordBlock, now: number): ErrantRecord[] {
    const errant: ErrantRecord[] = [];
    let end = this.#beforeStop(block, block.count);
    for (let first = 0; first < end; first += EXAMINED_RECORDS) {
      const last = Math.min(end, first + EXAMINED_RECORDS);
      findPlain(block, first, last, this.deps.intake, encodedBytes);
      for (let index = first; index < Math.min(last, end); ) {
        let to = index;
        while (to < last && (encodedBytes[to - first] ?? 0) >= 0) to++;
        if (to > index) {
          this.#takePlain(block, index, to, first, now);
          index = to;
        } else {
          this.#take(block, index, examine(block, index, this.deps.intake), now, errant);
          end = this.#beforeStop(block, end);
          index++;
        }
      }
    }
    return errant;
  }

  /** How many of the first `count` records lie before the stop. */
  #beforeStop(block: RecordBlock, count: number): number {
    const { stopMark } = this.host;
    if (stopMark === undefined) return count;
    let before = count;
    while (before > 0 && offsetAt(block, before - 1) >= stopMark.offset) before--;
    return before;
  }

  /** @param first the record that `encodedBytes` begins with */
  #takePlain(block: RecordBlock, from: number, to: number, first: number, now: number): void {
    const { windowOf } = this.deps;
    if (this.planned?.isReadingAgain) {
      for (let index = from; index < to; index++) this.#join(block, index, encodedBytes[index - first] ?? 0, now);
    } else if (windowOf === undefined) {
      this.batcher.addRun({ block, from, to }, encodedBytes, first, undefined, now);
    } else {
      let start = from;
      let window = windowOf(block, from);
      for (let index = from + 1; index < to; index++) {
        const next = windowOf(block, index);
        if (next === window) continue;
        this.batcher.addRun({ block, from: start, to: index }, encodedBytes, first, window, now);
        start = index;
        window = next;
      }
      this.batcher.addRun({ block, from: start, to }, encodedBytes, first, window, now);
    }
  }

  /** One record joins the batch it belongs to: perhaps one that an earlier owner planned. */
  #join(block: RecordBlock, index: number, bytes: number, now: number): void {
    const window = this.deps.windowOf?.(block, index);
    const claim = this.planned?.claim(block, index, bytes, window);
    if (claim === undefined) this.batcher.add(block, index, bytes, window, now);
    // A range that is planned now must not reach around one that was planned before: each record belongs to one.
    else this.batcher.closeWindow(window, 'plan');
    if (claim === 'written') this.host.settled(offsetAt(block, index), 'written');
  }

  #take(block: RecordBlock, index: number, verdict: IntakeVerdict, now: number, errant: ErrantRecord[]): void {
    if (typeof verdict === 'number') this.#join(block, index, verdict, now);
    else if (verdict === 'dropped') this.host.settled(offsetAt(block, index), 'dropped');
    else if ('errant' in verdict) {
      if (this.deps.errorsPolicy === 'stop') this.host.stopAt(offsetAt(block, index), verdict.errant);
      else errant.push({ block, index, reason: verdict.errant });
    } else {
      const overflow = verdict.claimCheck ? null : verdict.alone;
      const window = this.deps.windowOf?.(block, index);
      if (this.planned?.isWritten(block, index, window)) this.host.settled(offsetAt(block, index), 'written');
      else this.batcher.addAlone(block, index, verdict.encodedBytes, window, overflow);
    }
  }
}
