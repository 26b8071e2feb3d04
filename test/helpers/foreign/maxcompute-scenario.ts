/** What clients of MaxCompute do, step by step, and what must come of it. The programs are in `test/foreign`. */
import type { StepResult } from './oss-scenario.ts';

/** Signatures of version 2 or 4. pyodps signs for the tunnel by version 2 always. */
export const MAXCOMPUTE_VARIANTS = ['v2', 'v4'] as const;
export type MaxComputeVariant = (typeof MAXCOMPUTE_VARIANTS)[number];

const UNAUTHORIZED = { code: 'Unauthorized' };

/** By the names of the steps, for clients that have them. */
export const MAXCOMPUTE_EXPECTED: Readonly<Record<string, StepResult>> = {
  absent: { exists: false },
  // Twice, the second time because it may exist.
  'create-table': {
    columns: [
      ['id', 'bigint'],
      ['name', 'string'],
    ],
    partitions: ['pt'],
  },
  partitions: { exists: [true, false], listed: ['pt=2026-01-01 10:00', 'pt=a'] },
  'partition-again': { code: 'ODPS-0110061' },
  // Nothing is to be seen before the commit.
  write: { before: [], ids: ['1', '2', '3'] },
  deflate: { ids: ['1', '2', '3', '4', '5'] },
  zstd: { ids: ['1', '2', '3', '4', '5', '6'] },
  overwrite: { ids: ['7'] },
  'block-replaced': { ids: ['3'] },
  'commit-without-block': { refused: true, ids: ['7'] },
  'write-after-commit': { code: 'StatusConflict' },
  'block-id': { code: 'InvalidBlockID' },
  'missing-partition': { code: 'NoSuchPartition' },
  'missing-table': { code: 'NoSuchTable' },
  'blank-in-partition': { ids: ['10'] },
  'short-way': { ids: ['1', '2'] },
  slice: { names: ['b'], count: 2 },
  'row-range': { code: 'InvalidRowRange' },
  stream: { ids: ['1', '2'] },
  upsert: {
    count: 37,
    first: [
      { id: '1', v: 'second' },
      { id: '4', v: 'v4' },
    ],
  },
  'upload-to-keyed': { code: 'InvalidArgument' },
  'two-partition-columns': { listed: ['ds=2026-01-01,hh=7'] },
  count: { values: [[2, 1, 2]] },
  'full-scan': { code: 'ODPS-0130071' },
  'new-column': { rows: [{ id: '1', name: 'a', extra: 'more' }] },
  'drop-partition': { listed: ['pt=2026-01-01 10:00', 'pt=a', 'pt=replaced', 'pt=short', 'pt=stream'] },
  'wrong-key': UNAUTHORIZED,
  'unknown-id': UNAUTHORIZED,
  sts: { ids: ['1'] },
  'sts-wrong-token': UNAUTHORIZED,
  'clock-skew': { code: 'RequestTimeTooSkewed' },
  drop: { exists: false },
};
