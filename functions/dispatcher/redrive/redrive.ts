/** Sends records of an error topic back, so that each arrives once though the process may die at any point.
 *
 *  Before a chunk is sent, its range and the end offsets of the partitions it goes to are committed (`position-state.ts`). A run that follows one
 *  that died looks in those partitions, from those offsets on, for records of the chunk, and sends only what is not there. The position
 *  moves over a record when the broker, or the sink, confirmed it, or when it is said why it stays where it is. */
import type { Clock } from '../../../shared/clock.ts';
import type { KafkaAdmin, KafkaProducer, KafkaReader } from '../../../shared/kafka/driver.ts';
import { writeConfirmed } from './confirmed-writes.ts';
import { alreadySent, withEndOffsets } from './destinations.ts';
import { type ErrantEntry, type ErrorEntry, parkedRecord } from './error-entry.ts';
import { type EntryPage, readPage } from './error-log.ts';
import { KeptPositions, type PositionsSpec } from './kept-positions.ts';
import type { Pacer } from './pacer.ts';
import { type PlanRules, planSteps } from './plan-steps.ts';
import { MAX_METADATA_BYTES, mergeOpen, movedTo, type OpenChunk, openChunkBytes } from './position-state.ts';
import { type RedriveReport, RedriveTally } from './redrive-report.ts';
import type { Produced, RedriveSender, RedriveStep } from './redrive-step.ts';
import { inRange, isSelected, type Selection } from './selection.ts';

export interface RedriveSpec {
  readonly positions: PositionsSpec;
  readonly selection: Selection;
  readonly rules: PlanRules;
}

export interface RedriveDeps {
  readonly admin: KafkaAdmin;
  /** Reads the error topic, committed records only. */
  readonly reader: KafkaReader;
  /** Reads destinations, uncommitted. */
  readonly destinations: KafkaReader;
  readonly producer: KafkaProducer;
  readonly sender: RedriveSender;
  readonly pacer: Pacer;
  readonly clock: Clock;
  /** Sentences for the person who waits. */
  readonly notify: (line: string) => void;
}

export interface RedriveSignals {
  /** What is under way is finished. */
  readonly stop: AbortSignal;
  /** Also that is given up. */
  readonly kill: AbortSignal;
}

/** How far a run is, in offsets of the error topic. */
export interface RedriveProgress {
  readonly done: number;
  readonly total: number;
  readonly sent: number;
}

/** Call `run` once. */
export class Redrive {
  readonly #tally = new RedriveTally();
  #kept: KeptPositions | undefined;
  #startedAt = 0;
  /** Of the page at hand, what needs no sending, by offset: told when the position passes it. */
  #passed: { readonly offset: number; readonly tell: () => void }[] = [];

  constructor(
    private readonly spec: RedriveSpec,
    private readonly deps: RedriveDeps,
  ) {}

  get progress(): RedriveProgress {
    const left = this.#left();
    return { done: this.#startedAt - left, total: this.#startedAt, sent: this.#tally.counts.sent };
  }

  /** Works until the redrive is complete or `stop` is aborted; what it did stays done, and the position is committed either way.
   *  @throws FatalError `REDRIVE_RUNNING`, `REDRIVE_TAKEN_OVER`, and refusals; RetriableError when Kafka or the sink cannot be reached */
  async run(signals: RedriveSignals): Promise<RedriveReport> {
    const { admin, clock, notify } = this.deps;
    const kept = await KeptPositions.claim(this.spec.positions, { admin, clock, notify });
    this.#kept = kept;
    this.#startedAt = this.#left();
    try {
      for (const partition of kept.partitions) await this.#partition(kept, partition, signals);
    } catch (thrown) {
      await kept
        .release()
        .catch(() => notify('the position could not be committed at the end; the next run finds out'));
      throw thrown;
    }
    await kept.release();
    const { topic, group } = this.spec.positions;
    const { counts, failures } = this.#tally;
    return { topic, group, complete: this.#left() === 0, ...counts, failures };
  }

  #left(): number {
    const kept = this.#kept;
    if (kept === undefined) return 0;
    return kept.partitions.reduce((sum, p) => sum + Math.max(0, kept.state(p).end - kept.state(p).position), 0);
  }

  async #partition(kept: KeptPositions, partition: number, signals: RedriveSignals): Promise<void> {
    const { admin, reader, destinations, notify } = this.deps;
    const tp = { topic: this.spec.positions.topic, partition };
    if (kept.state(partition).position >= kept.state(partition).end) return;
    await this.#skipDeleted(kept, partition);
    const { open } = kept.state(partition);
    const sentBefore =
      open === undefined ? new Set<number>() : await alreadySent(admin, destinations, tp, open, notify);
    while (!signals.stop.aborted) {
      const { position, end } = kept.state(partition);
      if (position >= end) break;
      await this.#page(
        kept,
        partition,
        await readPage(reader, { ...tp, from: position, to: end }),
        sentBefore,
        signals,
      );
    }
    await kept.commit();
  }

  /** Retention may have been faster than the person. */
  async #skipDeleted(kept: KeptPositions, partition: number): Promise<void> {
    const earliest = (await this.deps.admin.listOffsets(this.spec.positions.topic, 'earliest')).get(partition) ?? 0;
    const { position, end } = kept.state(partition);
    const from = Math.min(earliest, end);
    if (from <= position) return;
    this.#tally.counts.deleted += from - position;
    kept.update(partition, movedTo(kept.state(partition), from));
  }

  async #page(
    kept: KeptPositions,
    partition: number,
    page: EntryPage,
    sentBefore: ReadonlySet<number>,
    signals: RedriveSignals,
  ): Promise<void> {
    const entries = this.#toSend(page.entries, sentBefore);
    const { sender, admin, pacer } = this.deps;
    const steps = entries.length === 0 ? [] : await planSteps(entries, sender, admin, this.spec.rules, true);
    for (let at = 0; at < steps.length; ) {
      const chunk = this.#chunk(kept, partition, steps.slice(at, at + pacer.chunkSize));
      await this.#announce(kept, partition, chunk);
      for (let sent = 0; sent < chunk.length; ) {
        const slice = chunk.slice(sent, sent + Math.min(sender.most, pacer.sliceSize));
        if (!(await pacer.take(slice.length, signals.stop))) return;
        await kept.stillOurs();
        await this.#send(slice, signals.kill);
        sent += slice.length;
        this.#moveTo(kept, partition, lastOffset(slice) + 1);
      }
      at += chunk.length;
    }
    this.#moveTo(kept, partition, page.next);
  }

  /** Selected entries that are still to be sent; the others are told of when the position passes them. */
  #toSend(entries: readonly ErrorEntry[], sentBefore: ReadonlySet<number>): ErrantEntry[] {
    const { selection } = this.spec;
    const toSend: ErrantEntry[] = [];
    this.#passed = [];
    for (const entry of entries) {
      if (!inRange(entry, selection)) continue;
      const { offset } = entry.record;
      if (entry.note === undefined) this.#passed.push({ offset, tell: () => this.#tally.foreign(entry) });
      else if (!isSelected(entry, selection)) continue;
      else if (sentBefore.has(offset)) this.#passed.push({ offset, tell: () => this.#tally.counts.sentBefore++ });
      else toSend.push(entry);
    }
    return toSend;
  }

  /** As many steps, from the first, as the metadata of a commit can describe; at least one. */
  #chunk(kept: KeptPositions, partition: number, steps: readonly RedriveStep[]): readonly RedriveStep[] {
    const known = new Set<string>();
    let open = kept.state(partition).open;
    for (const [at, { destinations }] of steps.entries()) {
      const added = destinations.filter((to) => !known.has(`${to.topic}/${to.partition}`));
      if (added.length === 0) continue;
      for (const to of added) known.add(`${to.topic}/${to.partition}`);
      const longest = added.map((to) => ({ ...to, endOffset: Number.MAX_SAFE_INTEGER }));
      open = mergeOpen(open, { to: Number.MAX_SAFE_INTEGER, destinations: longest });
      if (at > 0 && openChunkBytes(open) > MAX_METADATA_BYTES) return steps.slice(0, at);
    }
    return steps;
  }

  /** Commits what is about to be sent, before it is. */
  async #announce(kept: KeptPositions, partition: number, chunk: readonly RedriveStep[]): Promise<void> {
    const destinations = await withEndOffsets(
      this.deps.admin,
      chunk.flatMap((step) => step.destinations),
    );
    const open: OpenChunk = { to: lastOffset(chunk) + 1, destinations };
    const state = kept.state(partition);
    kept.update(partition, { ...state, open: mergeOpen(state.open, open) });
    await kept.commit();
  }

  async #send(slice: readonly RedriveStep[], kill: AbortSignal): Promise<void> {
    const now = this.deps.clock.now();
    const parking: Produced[] = [];
    const sending: RedriveStep[] = [];
    for (const step of slice) {
      const { entry, action } = step;
      if (action.kind === 'park') parking.push({ entry, to: action.to, record: parkedRecord(entry, now) });
      else if (action.kind === 'send') sending.push(step);
      else this.#tally.settled({ entry, outcome: 'failed', failure: action.failure });
    }
    const failures = await writeConfirmed(this.deps.producer, parking);
    for (const { entry } of parking) {
      const failure = failures.get(entry);
      this.#tally.settled(failure === undefined ? { entry, outcome: 'parked' } : { entry, outcome: 'failed', failure });
    }
    for (const settled of await this.deps.sender.send(sending, kill)) this.#tally.settled(settled);
  }

  #moveTo(kept: KeptPositions, partition: number, position: number): void {
    kept.update(partition, movedTo(kept.state(partition), position));
    while (this.#passed[0] !== undefined && this.#passed[0].offset < position) this.#passed.shift()?.tell();
  }
}

function lastOffset(steps: readonly RedriveStep[]): number {
  return steps.at(-1)?.entry.record.offset ?? 0;
}
