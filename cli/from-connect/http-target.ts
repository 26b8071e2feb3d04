/** What all HTTP sinks say of their target, told for a function behind a URL. */
import type { KeyRule } from './table.ts';

/** What two tables share. */
export const httpSink = {
  always: { 'invoke.target': 'http' },
  batchSize: {
    to: 'batch.size',
    note: 'a request closes on records, bytes (batch.bytes) or age (linger.ms), and holds records of one partition',
  },
  body: { none: 'the body is the envelope, which begins with [ and ends with ]' },
  retries: {
    to: 'retries',
    by: 'retry-count',
    note: 'counts only failures of the function itself (HTTP 500); after them its partition waits, and no task fails. An unreachable target is tried again for ever (errors.retry.timeout)',
  },
  backoff: { to: 'retry.backoff.ms', note: 'is the first wait; waits grow up to retry.backoff.max.ms, with jitter' },
} as const satisfies Record<string, KeyRule | Readonly<Record<string, string>>>;
