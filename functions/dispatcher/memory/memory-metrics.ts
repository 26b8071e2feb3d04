/** What can be seen of the memory budget. */
import { Gauge, type Registry } from 'prom-client';
import type { MemoryUse } from './memory-budget.ts';

/** The budget as a scrape sees it. */
export interface MemoryReadings {
  readonly limitBytes: number;
  readonly usedBytes: number;
  readonly use: MemoryUse;
}

/** Adds the gauges of `memory` to a registry. */
export function watchMemory(memory: MemoryReadings, registry: Registry): void {
  const registers = [registry];
  // Threads share one budget: each sees all of it.
  const aggregator = 'first';
  new Gauge({
    name: 'spillway_memory_used_bytes',
    help: 'Bytes of the memory budget in use.',
    registers,
    aggregator,
    collect() {
      this.set(memory.usedBytes);
    },
  });
  new Gauge({
    name: 'spillway_memory_budget_bytes',
    help: 'The memory budget.',
    registers,
    aggregator,
    collect() {
      this.set(memory.limitBytes);
    },
  });
  new Gauge({
    name: 'spillway_memory_bytes',
    help: 'Bytes by what they are for: records until they are settled, requests and fetches under way.',
    labelNames: ['use'],
    registers,
    aggregator,
    collect() {
      const { records, requests, fetches } = memory.use;
      this.set({ use: 'records' }, records);
      this.set({ use: 'requests' }, requests);
      this.set({ use: 'fetches' }, fetches);
    },
  });
}
