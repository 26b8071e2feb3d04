/** What is said of several measurements of one thing. */

export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The smallest value that at least `share` of the values do not pass; the median is that of one half. NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** NaN throughout of no values. */
export function summary(values: readonly number[]): Summary {
  return { median: percentile(values, 0.5), least: percentile(values, 0), most: percentile(values, 1) };
}
