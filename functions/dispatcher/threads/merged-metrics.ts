/** Metrics of several threads as those of one process. */
import { AggregatorRegistry, type MetricObject } from 'prom-client';

/** What `Registry.getMetricsAsJSON` answers. */
export type ThreadMetrics = readonly MetricObject[];

/** One series for each set of labels, in Prometheus text format. Values are added, but for gauges that say otherwise (`aggregator`).
 *  @param threads the first gives the metrics their order */
export async function mergedMetrics(threads: readonly ThreadMetrics[]): Promise<string> {
  return await AggregatorRegistry.aggregate(threads.map((metrics) => [...metrics])).metrics();
}
