/** The MaxCompute sink against the local stand-in: a server, writers, and what lies in its table. */
import { onTestFinished } from 'vitest';
import { type MaxComputeConfig, maxcomputeSink } from '../../../functions/maxcompute-sink/config.ts';
import { createMaxComputeWriter } from '../../../functions/maxcompute-sink/handler.ts';
import type { RowCells } from '../../../infra/local/maxcompute/server.ts';
import { systemClock } from '../../../shared/clock.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { silentLogger } from '../../../shared/logger.ts';
import type { SinkWriter, TwoPhaseWriter, WriteContext } from '../../../shared/sink.ts';
import { type MaxComputeOrder, type StartedMaxCompute, startedMaxCompute } from '../../helpers/maxcompute.ts';
import { isTwoPhase } from '../../helpers/phased-writer.ts';

/** The columns `topic`, `partition`, `offset`, `key`, `value`, and no partitions. */
export const PLAIN_TABLE = '(topic STRING, `partition` BIGINT, `offset` BIGINT, key STRING, value STRING)';

const maxcomputeDeps = {
  clock: systemClock,
  random: Math.random,
  secrets: secretResolver({}, () => {
    throw new Error('no files in this test');
  }),
  role: () => undefined,
  logger: silentLogger,
};

export interface MaxComputeSetup extends StartedMaxCompute {
  config(raw?: Readonly<Record<string, string>>): MaxComputeConfig;
  writer(raw?: Readonly<Record<string, string>>): SinkWriter;
  /** One of the modes that have two phases. */
  phases(raw?: Readonly<Record<string, string>>): TwoPhaseWriter;
  /** Committed rows. */
  rows(partition?: string): RowCells[];
  /** Closes writers and the server. */
  close(): Promise<void>;
}

/** The caller closes it. */
export async function startedSetup(order: MaxComputeOrder = {}): Promise<MaxComputeSetup> {
  const started = await startedMaxCompute(order);
  const writers: SinkWriter[] = [];
  const config = (raw: Readonly<Record<string, string>> = {}) =>
    parseConfig(maxcomputeSink.keys, maxcomputeSink.checks, { ...started.settings, ...raw }).config;
  const writer = (raw?: Readonly<Record<string, string>>) => {
    const made = createMaxComputeWriter(config(raw), maxcomputeDeps);
    writers.push(made);
    return made;
  };
  return {
    ...started,
    config,
    writer,
    phases: (raw) => {
      const made = writer(raw);
      if (!isTwoPhase(made)) throw new Error('this mode has no phases');
      return made;
    },
    rows: (partition) => started.server.rows(started.table, partition),
    close: async () => {
      for (const each of writers) await each.close();
      await started.stop();
    },
  };
}

/** As `startedSetup`, closed when the test is finished. */
export async function maxcomputeSetup(order: MaxComputeOrder = {}): Promise<MaxComputeSetup> {
  const setup = await startedSetup(order);
  onTestFinished(() => setup.close());
  return setup;
}

export function writeContext(leftMs = 60_000): WriteContext {
  return { signal: new AbortController().signal, deadlineAt: Date.now() + leftMs };
}
