/** Ways of rewriting a value that tables name. Each answers `undefined` for a value that it cannot tell. */
import type { ConversionName } from './table.ts';

const SECOND_MS = 1_000;

export const CONVERSIONS: Readonly<Record<ConversionName, (value: string) => string | undefined>> = {
  'as-is': (value) => value,
  'seconds-to-ms': (value) => (/^\d+$/.test(value) ? String(Number(value) * SECOND_MS) : undefined),
  'topics-dir': (value) => value.replace(/\/+$/, '') || undefined,
  // -1 stands for "for ever", which is what happens anyway.
  'retry-count': (value) => (/^\d+$/.test(value) ? value : undefined),
  'start-offset': (value) => (value === 'earliest' || value === 'latest' ? value : undefined),
};
