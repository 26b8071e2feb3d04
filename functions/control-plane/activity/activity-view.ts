/** Events and log lines of a connector from all workers, as one list. Pure. */
import type { ActivityRecord, LogLine, RecordedEvent } from './activity-record.ts';

/** What a caller wants to see. */
export interface ActivityWanted {
  /** Epoch ms: this and later. */
  readonly since?: number;
  readonly worker?: string;
  readonly limit: number;
}

export interface EventsWanted extends ActivityWanted {
  readonly kind?: RecordedEvent['kind'];
  readonly task?: number;
}

export interface LogsWanted extends ActivityWanted {
  /** This level and graver ones. */
  readonly level: LogLine['level'];
}

type OfWorker = { readonly worker: string };

const LEVELS: readonly LogLine['level'][] = ['info', 'warn', 'error'];

/** The newest that are wanted, oldest first. Clocks of workers may differ: so do the times. */
export function eventsOf(
  activities: ReadonlyMap<string, ActivityRecord>,
  wanted: EventsWanted,
): (RecordedEvent & OfWorker)[] {
  const { kind, task } = wanted;
  const all = [...activities].flatMap(([worker, { events }]) => events.map((event) => ({ worker, ...event })));
  const chosen = all.filter(
    (event) => (kind === undefined || event.kind === kind) && (task === undefined || event.task === task),
  );
  return newest(chosen, wanted, (event) => event.lastAt ?? event.at);
}

/** As `eventsOf`; fields as the object they were logged as. */
export function logsOf(
  activities: ReadonlyMap<string, ActivityRecord>,
  wanted: LogsWanted,
): (Omit<LogLine, 'fields'> & OfWorker & { readonly fields?: unknown })[] {
  const least = LEVELS.indexOf(wanted.level);
  const all = [...activities].flatMap(([worker, { logs }]) => logs.map((line) => ({ worker, ...line })));
  const chosen = all.filter(({ level }) => LEVELS.indexOf(level) >= least);
  return newest(chosen, wanted, ({ at }) => at).map(({ fields, ...line }) =>
    fields === undefined ? line : { ...line, fields: parsed(fields) },
  );
}

function newest<T extends OfWorker>(all: readonly T[], wanted: ActivityWanted, timeOf: (entry: T) => number): T[] {
  const { since, worker, limit } = wanted;
  return all
    .filter((entry) => worker === undefined || entry.worker === worker)
    .filter((entry) => since === undefined || timeOf(entry) >= since)
    .sort((a, b) => timeOf(a) - timeOf(b))
    .slice(-limit);
}

/** What somebody else wrote may be no JSON: it is text then. */
function parsed(fields: string): unknown {
  try {
    return JSON.parse(fields);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return fields;
    throw thrown;
  }
}
