/** What happens to connectors on this worker: kept, bounded, and put on the status board, so that every worker can tell it. */
import type { Clock } from '../../../shared/clock.ts';
import type { ConnectorEvent } from '../connector-host.ts';
import type { StatusBoard } from '../status-board.ts';
import { type ActivityRecord, type LogLine, type RecordedEvent, readActivity } from './activity-record.ts';
import { BoundedJournal } from './bounded-journal.ts';
import type { RedriveState } from './redrive-state.ts';

/** Every worker holds what all of them tell, of all connectors, in memory. Together below the 64 KiB that the board takes. */
const EVENT_BYTES = 12 * 1024;
const LOG_BYTES = 8 * 1024;
const REDRIVE_BYTES = 8 * 1024;
const MAX_MESSAGE_CHARS = 1_000;
const MAX_FIELDS_CHARS = 2_000;
/** Puts of one connector are so far apart that they are no more than this. */
const BYTES_PER_SECOND = 4 * 1024;
const LEAST_GAP_MS = 1_000;
/** Repeats of one of the last events, no longer ago, are counted and not listed. */
const REPEATS_WITHIN_EVENTS = 20;
const REPEATS_WITHIN_MS = 60_000;
/** Workers that the board has activities of; those that said nothing for longest go, for workers come under ever new names. */
const MOST_WORKERS = 8;

export interface ActivityRecorderDeps {
  readonly board: Pick<StatusBoard, 'putActivity' | 'activities' | 'forgetActivity'>;
  readonly workerId: string;
  /** Whether there is such a connector: what still happens to one that was deleted is not put. */
  readonly exists: (connector: string) => boolean;
  readonly clock: Clock;
}

/** What is kept of one connector. */
class Activity {
  readonly events: BoundedJournal<RecordedEvent>;
  readonly logs: BoundedJournal<LogLine>;
  redrives: readonly RedriveState[];
  /** Epoch ms before which it is not put again. */
  nextPutAt = 0;
  cancelPut: (() => void) | undefined;

  constructor({ events, logs, redrives }: ActivityRecord) {
    this.events = new BoundedJournal(EVENT_BYTES, events);
    this.logs = new BoundedJournal(LOG_BYTES, logs);
    this.redrives = redrives;
  }

  record(): ActivityRecord {
    return { events: this.events.entries(), logs: this.logs.entries(), redrives: this.redrives };
  }
}

/** Cheap to call however often; nothing is written, and no timer runs, while nothing happens. Never throws. */
export class ActivityRecorder {
  readonly #activities = new Map<string, Activity>();
  #closed = false;

  constructor(private readonly deps: ActivityRecorderDeps) {}

  event(connector: string, event: ConnectorEvent): void {
    const activity = this.#of(connector);
    const merged = activity.events.merge(
      REPEATS_WITHIN_EVENTS,
      (known) => isRepeat(known, event),
      (known) => ({
        ...known,
        count: (known.count ?? 1) + (event.count ?? 1),
        lastAt: event.at,
        ...(event.offset === undefined ? {} : { lastOffset: event.offset }),
      }),
    );
    if (!merged) activity.events.add({ ...event, message: cut(event.message, MAX_MESSAGE_CHARS) });
    this.#changed(connector, activity);
  }

  log(connector: string, { fields, ...line }: LogLine): void {
    const activity = this.#of(connector);
    activity.logs.add({
      ...line,
      message: cut(line.message, MAX_MESSAGE_CHARS),
      ...(fields === undefined || fields.length > MAX_FIELDS_CHARS ? {} : { fields }),
    });
    this.#changed(connector, activity);
  }

  /** Replaces the state of the redrive with this id; the oldest are forgotten where there is no room. */
  redrive(connector: string, state: RedriveState): void {
    const activity = this.#of(connector);
    const others = activity.redrives.filter(({ id }) => id !== state.id);
    activity.redrives = new BoundedJournal(REDRIVE_BYTES, [...others, state]).entries();
    this.#changed(connector, activity);
  }

  /** By worker, this one's as of now. */
  of(connector: string): ReadonlyMap<string, ActivityRecord> {
    const { board, workerId } = this.deps;
    const all = new Map<string, ActivityRecord>();
    for (const [worker, said] of board.activities(connector)) all.set(worker, readActivity(said));
    const own = this.#activities.get(connector);
    if (own !== undefined) all.set(workerId, own.record());
    return all;
  }

  /** The redrives that this worker was doing when it last went are no longer under way. Call it once, when the board is read.
   *  @param connectors those there are */
  tellInterrupted(connectors: Iterable<string>): void {
    const { board, workerId, clock } = this.deps;
    for (const connector of connectors) {
      const { redrives } = readActivity(board.activities(connector).get(workerId));
      for (const state of redrives) {
        if (state.state === 'running') {
          this.redrive(connector, { ...state, state: 'interrupted', endedAt: clock.now() });
        }
      }
    }
  }

  /** The connector is gone. */
  forget(connector: string): void {
    this.#activities.get(connector)?.cancelPut?.();
    this.#activities.delete(connector);
  }

  /** Puts what is not put yet. What comes later is dropped. */
  close(): void {
    for (const [connector, activity] of this.#activities) {
      if (activity.cancelPut !== undefined) this.#put(connector, activity);
    }
    this.#closed = true;
  }

  /** Begins with what this worker said before it was started anew. */
  #of(connector: string): Activity {
    const known = this.#activities.get(connector);
    if (known !== undefined) return known;
    const { board, workerId } = this.deps;
    const activity = new Activity(readActivity(board.activities(connector).get(workerId)));
    this.#activities.set(connector, activity);
    return activity;
  }

  #changed(connector: string, activity: Activity): void {
    if (this.#closed || activity.cancelPut !== undefined) return;
    const { clock } = this.deps;
    // Not at once either: what happens together is put together.
    const waitMs = Math.min(Math.max(LEAST_GAP_MS / 4, activity.nextPutAt - clock.now()), longestGapMs());
    activity.cancelPut = clock.after(waitMs, () => this.#put(connector, activity));
  }

  #put(connector: string, activity: Activity): void {
    activity.cancelPut?.();
    activity.cancelPut = undefined;
    const { board, workerId, exists, clock } = this.deps;
    if (!exists(connector)) {
      this.forget(connector);
      return;
    }
    const record = activity.record();
    const bytes = Buffer.byteLength(JSON.stringify(record));
    activity.nextPutAt = clock.now() + Math.max(LEAST_GAP_MS, (bytes * 1_000) / BYTES_PER_SECOND);
    board.putActivity(connector, workerId, record);
    this.#forgetOldest(connector);
  }

  #forgetOldest(connector: string): void {
    const { board, workerId } = this.deps;
    const activities = board.activities(connector);
    if (activities.size <= MOST_WORKERS) return;
    const others = [...activities]
      .filter(([worker]) => worker !== workerId)
      .map(([worker, said]) => ({ worker, at: lastTime(readActivity(said)) }))
      .sort((a, b) => a.at - b.at);
    for (const { worker } of others.slice(0, activities.size - MOST_WORKERS)) board.forgetActivity(connector, worker);
  }
}

function lastTime({ events, logs, redrives }: ActivityRecord): number {
  return Math.max(
    0,
    ...events.map((event) => event.lastAt ?? event.at),
    ...logs.map(({ at }) => at),
    ...redrives.map((state) => state.endedAt ?? state.startedAt),
  );
}

/** More is left only where the clock was set back. */
function longestGapMs(): number {
  return ((EVENT_BYTES + LOG_BYTES + REDRIVE_BYTES) * 1_000) / BYTES_PER_SECOND + LEAST_GAP_MS;
}

function isRepeat(known: RecordedEvent, event: ConnectorEvent): boolean {
  return (
    event.kind !== 'state' &&
    known.kind === event.kind &&
    known.code === event.code &&
    known.task === event.task &&
    known.topic === event.topic &&
    known.partition === event.partition &&
    event.at - (known.lastAt ?? known.at) < REPEATS_WITHIN_MS
  );
}

function cut(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1)}…`;
}
