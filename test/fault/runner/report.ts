/** The result of a run as Markdown. */
import { cpus, release, type } from 'node:os';
import { packageVersion } from '../../../cli/version.ts';
import { KAFKA_VERSION } from '../../../infra/local/kafka/cache-folder.ts';
import type { FaultRunResult } from './run-faults.ts';

type Cell = string | number;

function table(head: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(3, ...all.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(all[0] ?? []), rule, ...all.slice(1).map(line)].join('\n');
}

function byConnector({ inspection }: FaultRunResult): string {
  return table(
    [
      'connector',
      'target',
      'guarantee',
      'records',
      'at the target',
      'errant',
      'dropped',
      'gap',
      'lost',
      'duplicates',
      'bound',
    ],
    inspection.checks.map(({ connector, sent, written, errant, dropped, gap, lost, duplicates }) => [
      connector.name,
      connector.target,
      connector.guarantee,
      sent,
      written,
      errant,
      dropped,
      gap,
      lost,
      duplicates,
      connector.guarantee === 'exactly-once' ? '0' : 'no bound',
    ]),
  );
}

function byFault({ faults }: FaultRunResult): string {
  const rows = [...faults].map(([fault, times]) => [fault.class, fault.name, times] as const);
  rows.sort(([a], [b]) => a.localeCompare(b));
  return table(['class', 'fault', 'times'], rows);
}

function counted(counts: ReadonlyMap<string, number>): string {
  const parts = [...counts].map(([what, times]) => `${what} (${times})`);
  return parts.length === 0 ? 'none' : parts.sort().join(', ');
}

/** The sums and both tables. */
export function report(result: FaultRunResult, seed: number): string {
  const { checks, violations } = result.inspection;
  const injected = [...result.faults.values()].reduce((sum, times) => sum + times, 0);
  const lost = checks.reduce((sum, check) => sum + check.lost, 0);
  const ends = new Map<string, number>();
  for (const end of result.workerEnds) ends.set(end, (ends.get(end) ?? 0) + 1);
  return [
    `Seed ${seed}: ${result.rounds} rounds, ${injected} faults in ${Math.round(result.seconds)} s; ${lost} records lost, ${violations.length} violations. Worker processes ended and were started again: ${counted(ends)}. Tasks failed: ${counted(result.taskFailures)}.`,
    '',
    byConnector(result),
    '',
    `Further copies in error topics, which are at least once under every guarantee: ${checks.reduce((sum, check) => sum + check.errantDuplicates, 0)}.`,
    '',
    byFault(result),
    '',
    `Spillway ${packageVersion()}, Apache Kafka ${KAFKA_VERSION}, Node.js ${process.versions.node}, ${type()} ${release()}, ${cpus().length} cores.`,
  ].join('\n');
}
