/** Sends records of an error topic back, so that each arrives once though the process may die at any point.
 *
 *  Before a chunk is sent, its range and the end offsets of the partitions it goes to are committed (`job-state.ts`). A run that follows one
 *  that died looks in those partitions, from those offsets on, for records of the chunk, and sends only what is not there. The position
 *  moves over a record when the broker, or the sink, confirmed it, or when it is said why it stays where it is. */
import type { Clock } from '../../../shared/clock.ts';
import type { KafkaAdmin, KafkaProducer, KafkaReader } from '../../../shared/kafka/driver.ts';
import { writeConfirmed } from './confirmed-writes.ts';
import { alreadySent, withEndOffsets } from './destinations.ts';
import { type ErrantEntry, type ErrorEntry, parkedRecord } from './error-entry.ts';
import { type EntryPage, readPage } from './error-log.ts';
import { type JobSpec, RedriveJob } from './job.ts';
import { MAX_METADATA_BYTES, mergeOpen, movedTo, type OpenChunk, openChunkBytes } from './job-state.ts';
import type { Pacer } from './pacer.ts';
import { type PlanRules, planSteps } from './plan-steps.ts';
import { type RedriveReport, RedriveTally } from './redrive-report.ts';
import type { Produced, RedriveSender, RedriveStep } from './redrive-step.ts';
import { inRange, isSelected, type Selection } from './selection.ts';

export interface RedriveSpec {
  readonly job: JobSpec;
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
  #job: RedriveJob | undefined;
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

  /** Works until the job is complete or `stop` is aborted; what it did stays done, and the position is committed either way.
   *  @throws FatalError `REDRIVE_RUNNING`, `REDRIVE_TAKEN_OVER`, and refusals; RetriableError when Kafka or the sink cannot be reached */
  async run(signals: RedriveSignals): Promise<RedriveReport> {
    const { admin, clock, notify } = this.deps;
    const job = await RedriveJob.claim(this.spec.job, { admin, clock, notify });
    this.#job = job;
    this.#startedAt = this.#left();
    try {
      for (const partition of job.partitions) await this.#partition(job, partition, signals);
    } catch (thrown) {
      await job.release().catch(() => notify('the position could not be committed at the end; the next run finds out'));
      throw thrown;
    }
    await job.release();
    const { topic, group } = this.spec.job;
    const { counts, failures } = this.#tally;
    return { topic, group, complete: this.#left() === 0, ...counts, failures };
  }

  #left(): number {
    const job = this.#job;
    if (job === undefined) return 0;
    return job.partitions.reduce((sum, p) => sum + Math.max(0, job.state(p).end - job.state(p).position), 0);
  }

  async #partition(job: RedriveJob, partition: number, signals: RedriveSignals): Promise<void> {
    const { admin, reader, destinations, notify } = this.deps;
    const tp = { topic: this.spec.job.topic, partition };
    if (job.state(partition).position >= job.state(partition).end) return;
    await this.#skipDeleted(job, partition);
    const { open } = job.state(partition);
    const sentBefore =
      open === undefined ? new Set<number>() : await alreadySent(admin, destinations, tp, open, notify);
    while (!signals.stop.aborted) {
      const { position, end } = job.state(partition);
      if (position >= end) break;
      await this.#page(job, partition, await readPage(reader, { ...tp, from: position, to: end }), sentBefore, signals);
    }
    await job.commit();
  }

  /** Retention may have been faster than the person. */
  async #skipDeleted(job: RedriveJob, partition: number): Promise<void> {
    const earliest = (await this.deps.admin.listOffsets(this.spec.job.topic, 'earliest')).get(partition) ?? 0;
    const { position, end } = job.state(partition);
    const from = Math.min(earliest, end);
    if (from <= position) return;
    this.#tally.counts.deleted += from - position;
    job.update(partition, movedTo(job.state(partition), from));
  }

  async #page(
    job: RedriveJob,
    partition: number,
    page: EntryPage,
    sentBefore: ReadonlySet<number>,
    signals: RedriveSignals,
  ): Promise<void> {
    const entries = this.#toSend(page.entries, sentBefore);
    const { sender, admin, pacer } = this.deps;
    const steps = entries.length === 0 ? [] : await planSteps(entries, sender, admin, this.spec.rules, true);
    for (let at = 0; at < steps.length; ) {
      const chunk = this.#chunk(job, partition, steps.slice(at, at + pacer.chunkSize));
      await this.#announce(job, partition, chunk);
      for (let sent = 0; sent < chunk.length; ) {
        const slice = chunk.slice(sent, sent + Math.min(sender.most, pacer.sliceSize));
        if (!(await pacer.take(slice.length, signals.stop))) return;
        await job.stillOurs();
        await this.#send(slice, signals.kill);
        sent += slice.length;
        this.#moveTo(job, partition, lastOffset(slice) + 1);
      }
      at += chunk.length;
    }
    this.#moveTo(job, partition, page.next);
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
  #chunk(job: RedriveJob, partition: number, steps: readonly RedriveStep[]): readonly RedriveStep[] {
    const known = new Set<string>();
    let open = job.state(partition).open;
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
  async #announce(job: RedriveJob, partition: number, chunk: readonly RedriveStep[]): Promise<void> {
    const destinations = await withEndOffsets(
      this.deps.admin,
      chunk.flatMap((step) => step.destinations),
    );
    const open: OpenChunk = { to: lastOffset(chunk) + 1, destinations };
    const state = job.state(partition);
    job.update(partition, { ...state, open: mergeOpen(state.open, open) });
    await job.commit();
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

  #moveTo(job: RedriveJob, partition: number, position: number): void {
    job.update(partition, movedTo(job.state(partition), position));
    while (this.#passed[0] !== undefined && this.#passed[0].offset < position) this.#passed.shift()?.tell();
  }
}

function lastOffset(steps: readonly RedriveStep[]): number {
  return steps.at(-1)?.entry.record.offset ?? 0;
}
