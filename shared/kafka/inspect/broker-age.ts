/** How old a broker is. Brokers do not say; the requests they take do. */

/** What `BrokerConnection.supports` answers. */
type Supports = (apiKey: number) => { readonly minVersion: number; readonly maxVersion: number } | undefined;

const FETCH = 1;
const DESCRIBE_CLUSTER = 60;

/** Newest first. Sources: KIP-896 (Fetch below 4 removed), KIP-903 (Fetch 15), KIP-516 (Fetch 13), KIP-700 (DescribeCluster),
 *  KIP-392 (Fetch 11), KIP-320 (Fetch 9), KIP-98 (Fetch 4). */
const MARKS: readonly (readonly [release: string, is: (supports: Supports) => boolean])[] = [
  ['4.0', (supports) => (supports(FETCH)?.minVersion ?? 0) >= 4],
  ['3.5', (supports) => (supports(FETCH)?.maxVersion ?? 0) >= 15],
  ['3.1', (supports) => (supports(FETCH)?.maxVersion ?? 0) >= 13],
  ['2.8', (supports) => supports(DESCRIBE_CLUSTER) !== undefined],
  ['2.3', (supports) => (supports(FETCH)?.maxVersion ?? 0) >= 11],
  ['2.1', (supports) => (supports(FETCH)?.maxVersion ?? 0) >= 9],
  ['0.11', (supports) => (supports(FETCH)?.maxVersion ?? 0) >= 4],
];

/** The newest release that the broker is surely not older than, for example `3.5`; `undefined` below 0.11. */
export function oldestPossibleRelease(supports: Supports): string | undefined {
  return MARKS.find(([, is]) => is(supports))?.[0];
}
