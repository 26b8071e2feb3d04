/** What is wrong, said for a person, with the workers' log lines around it. */
import type { Breach, ConnectorCheck } from './check.ts';
import type { Stuck } from './drained.ts';
import { alarms, type LogLine, surrounding } from './log-watch.ts';

const RUNS_SHOWN = 5;
/** Transaction markers stand between records of one batch. */
const MOST_BETWEEN = 3;
const LINES_SHOWN = 30;

/** Breaches of one kind that lie side by side: mostly one batch. */
function runsOf(breaches: readonly Breach[]): Breach[][] {
  const sorted = [...breaches].sort(
    (a, b) =>
      a.what.localeCompare(b.what) ||
      a.topic.localeCompare(b.topic) ||
      a.partition - b.partition ||
      a.offset - b.offset,
  );
  const runs: Breach[][] = [];
  for (const breach of sorted) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    const isNext =
      before?.what === breach.what &&
      before.topic === breach.topic &&
      before.partition === breach.partition &&
      breach.offset - before.offset <= MOST_BETWEEN;
    if (isNext) run?.push(breach);
    else runs.push([breach]);
  }
  return runs;
}

/** One a connector, with the lines around its first partition. */
function standstills(stuck: readonly Stuck[], lines: readonly LogLine[]): string[] {
  return [...new Set(stuck.map(({ connector }) => connector))].map((connector) => {
    const own = stuck.filter((each) => each.connector === connector);
    const partitions = own.map(
      ({ topic, partition, committed, end }) => `${topic}-${partition} (${committed} of ${end} committed)`,
    );
    return [
      `${connector} stands still: ${partitions.join(', ')}`,
      ...surrounding(lines, connector, own[0]?.partition ?? 0, [], LINES_SHOWN),
    ].join('\n  ');
  });
}

/** @param inKafka asked for the first lost record of each run that is shown */
export async function violationsOf(
  checks: readonly ConnectorCheck[],
  stuck: readonly Stuck[],
  lines: readonly LogLine[],
  inKafka: (breach: Breach) => Promise<string>,
): Promise<string[]> {
  const violations = [
    ...alarms(lines).map(
      ({ file, text }) => `a partition waits for a person, or an object differs\n  ${file}: ${text}`,
    ),
    ...standstills(stuck, lines),
  ];
  for (const { connector, breaches } of checks) {
    const runs = runsOf(breaches);
    for (const run of runs.slice(0, RUNS_SHOWN)) {
      const [first] = run;
      const last = run.at(-1);
      if (first === undefined || last === undefined) continue;
      const { what, topic, partition, detail } = first;
      const offsets = run.length === 1 ? first.offset : `${first.offset} to ${last.offset} (${run.length} records)`;
      const more = what === 'lost' ? `; ${await inKafka(first)}` : '';
      const times = run.flatMap((breach) => breach.times);
      violations.push(
        [
          `${connector.name} (${connector.guarantee}): ${what}: ${topic}-${partition} offset ${offsets}: ${detail}${more}`,
          ...surrounding(lines, connector.name, partition, times, LINES_SHOWN),
        ].join('\n  '),
      );
    }
    const rest = runs.slice(RUNS_SHOWN).flat().length;
    if (rest > 0) violations.push(`${connector.name}: and ${rest} records more`);
  }
  return violations;
}
