/** Metrics of the gates in front of targets, one a connector. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { SinkCount, SinkMetrics } from '../../shared/sink.ts';
import type { ReductionReason } from './target-gate/adaptive-limit.ts';

/** Where a scrape finds the present state of a gate. */
export interface GateReadings {
  /** Calls that may be under way at one time. */
  readonly limit: number;
  /** Calls under way. */
  readonly inFlight: number;
  /** 0 closed, 1 half open, 2 open. */
  readonly breakerState: number;
}

/** The last: how the gates of several threads make one. */
const GAUGES = [
  ['spillway_adaptive_limit', 'Batches that the target is given at one time, at most.', 'limit', 'sum'],
  ['spillway_batches_in_flight', 'Batches that the target is given at this time.', 'inFlight', 'sum'],
  ['spillway_breaker_state', '0 closed, 1 half open, 2 open.', 'breakerState', 'max'],
] as const;

const COUNTS = [
  [
    'stale-versions',
    'spillway_stale_versions_total',
    'Records that changed nothing, since the target has the same or a newer version.',
  ],
  [
    'split-requests',
    'spillway_split_requests_total',
    'Requests that the target refused for their size, sent again in halves.',
  ],
  [
    'mapping-races',
    'spillway_mapping_races_total',
    'Records sent once more, since others changed the mapping at the same moment.',
  ],
] as const satisfies readonly (readonly [SinkCount, string, string])[];

export class TargetMetrics {
  /** By connector, the newest first: one is open beside the one that it is to replace. */
  readonly #gates = new Map<string, readonly [GateReadings, ...GateReadings[]]>();
  readonly #reductions: Counter;
  /** Reasons that were counted, by connector. */
  readonly #reasons = new Map<string, Set<ReductionReason>>();
  readonly #counts: ReadonlyMap<SinkCount, Counter>;

  constructor(registry: Registry) {
    const registers = [registry];
    const gates = this.#gates;
    for (const [name, help, reading, aggregator] of GAUGES) {
      new Gauge({
        name,
        help,
        labelNames: ['connector'],
        registers,
        aggregator,
        collect() {
          this.reset();
          for (const [connector, [gate]] of gates) this.set({ connector }, gate[reading]);
        },
      });
    }
    this.#reductions = new Counter({
      name: 'spillway_adaptive_reductions_total',
      help: 'Times that the limit of batches in flight went down.',
      labelNames: ['connector', 'reason'],
      registers,
    });
    this.#counts = new Map(
      COUNTS.map(([what, name, help]) => [what, new Counter({ name, help, labelNames: ['connector'], registers })]),
    );
  }

  /** What the connector's sink counts by itself. */
  sink(connector: string): SinkMetrics {
    return { count: (what, by) => this.#counts.get(what)?.inc({ connector }, by) };
  }

  watch(connector: string, gate: GateReadings): void {
    this.#gates.set(connector, [gate, ...(this.#gates.get(connector) ?? [])]);
  }

  reduced(connector: string, reason: ReductionReason): void {
    const reasons = this.#reasons.get(connector) ?? new Set();
    this.#reasons.set(connector, reasons.add(reason));
    this.#reductions.inc({ connector, reason });
  }

  /** The connector with this gate is gone, and so is what was counted of its target; not so where another gate stands for it. */
  remove(connector: string, gate: GateReadings): void {
    const [newest, ...older] = (this.#gates.get(connector) ?? []).filter((one) => one !== gate);
    if (newest !== undefined) {
      this.#gates.set(connector, [newest, ...older]);
      return;
    }
    this.#gates.delete(connector);
    for (const reason of this.#reasons.get(connector) ?? []) this.#reductions.remove({ connector, reason });
    this.#reasons.delete(connector);
    for (const count of this.#counts.values()) count.remove({ connector });
  }
}
