/** The loggers of a worker, whose levels can be changed while it runs: one for each area of the program. */
import type { Clock } from '../../../shared/clock.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { LoggerLevel } from '../connect-shapes.ts';
import { type Level, type LineLevel, letsThrough, levelNamed } from './levels.ts';

const ROOT = 'root';

/** Areas that log. What a worker must always say (who changed what) goes past these. */
const AREAS = ['spillway.control-plane', 'spillway.dispatcher', 'spillway.kafka', 'spillway.rest'] as const;
export type LoggerArea = (typeof AREAS)[number];

/** Every name that has a level; `spillway` is all areas. */
const NAMES: readonly string[] = [ROOT, 'spillway', ...AREAS];

interface State {
  readonly level: Level;
  readonly lastModified: number | null;
}

export class LoggerLevels {
  readonly #states: Map<string, State>;
  readonly #clock: Pick<Clock, 'now'>;
  /** What was applied of the cluster's, in the order of the config topic. */
  #applied: readonly (readonly [name: string, level: string])[] = [];

  /** @param initial the worker's `log.level` */
  constructor(initial: LineLevel, clock: Pick<Clock, 'now'>) {
    const level = levelNamed(initial) ?? 'INFO';
    this.#states = new Map(NAMES.map((name) => [name, { level, lastModified: null }]));
    this.#clock = clock;
  }

  /** The logger of an area. `inner` lets all lines through; which of them are logged is decided line by line, and its children follow. */
  logger(area: LoggerArea, inner: Logger): Logger {
    return leveled(inner.child({ logger: area }), (line) => letsThrough(this.#states.get(area)?.level ?? 'INFO', line));
  }

  /** By name. */
  all(): Readonly<Record<string, LoggerLevel>> {
    return Object.fromEntries([...this.#states].map(([name, state]) => [name, shown(state)]));
  }

  get(name: string): LoggerLevel | undefined {
    const state = this.#states.get(name);
    return state === undefined ? undefined : shown(state);
  }

  /** Sets the level of a logger and of all below it.
   *  @returns names of those; none where there is no such logger, as in Kafka Connect */
  set(name: string, level: Level): readonly string[] {
    const names = NAMES.filter((one) => name === ROOT || one === name || one.startsWith(`${name}.`));
    for (const one of names) this.#states.set(one, { level, lastModified: this.#clock.now() });
    return [...names].sort();
  }

  /** Takes over what is set for the whole cluster: what came since the last call, in the order it was written.
   *  @param cluster levels by name, the one that was written last at the end; names and levels of newer programs are passed over */
  apply(cluster: ReadonlyMap<string, string>): void {
    const wanted = [...cluster];
    const known = this.#applied;
    this.#applied = wanted;
    // What is written again moves to the end, so what was applied before comes first, in the old order.
    let at = 0;
    for (const [name, text] of wanted) {
      while (at < known.length && (known[at]?.[0] !== name || known[at]?.[1] !== text)) at++;
      const level = levelNamed(text);
      if (at++ >= known.length && level !== undefined) this.set(name, level);
    }
  }
}

function shown({ level, lastModified }: State): LoggerLevel {
  return { level, last_modified: lastModified };
}

function leveled(inner: Logger, allows: (line: LineLevel) => boolean): Logger {
  const at = (line: LineLevel) => (fields: object, message: string) => {
    if (allows(line)) inner[line](fields, message);
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => leveled(inner.child(fields), allows),
  };
}
