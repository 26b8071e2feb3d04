/** What came of the rounds: a line for each scenario, and bars for the plot. */
import type { Measured } from '../measured/measure.ts';
import type { BarGroup } from '../report/bar-chart.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { type Summary, summary } from '../report/statistics.ts';
import type { Scenario } from './scenarios.ts';

/** A scenario and its runs, in the order of the rounds. */
export interface Result {
  readonly scenario: Scenario;
  readonly runs: readonly Measured[];
}

const HEAD = [
  'Records',
  'Carried to',
  'records/s',
  'CPU-s per million',
  'of kafkajs',
  'peak RSS MB',
  'longest stall ms',
];

/** The table in Markdown. Of records per second, CPU seconds and the ratio: the median, and least to most; of the others the worst. */
export function resultTable(results: readonly Result[]): string {
  return markdownTable(
    HEAD,
    results.map((result) => row(result, results)),
  );
}

function row(result: Result, all: readonly Result[]): string[] {
  const { scenario, runs } = result;
  const { bytes, text, codec } = scenario.topic;
  const most = (of: (run: Measured) => number) => Math.max(...runs.map(of)).toFixed(0);
  return [
    `${bytes} B ${text}, ${codec}`,
    scenario.way.name,
    Math.round(summary(runs.map((run) => run.records / run.seconds)).median).toLocaleString('en'),
    spread(summary(runs.map(cpuPerMillion))),
    scenario.way.plan === undefined ? '1' : spread(summary(ratios(result, all))),
    most((run) => run.peakRssBytes / 1e6),
    most((run) => run.longestStallMs),
  ];
}

/** CPU seconds of each run as a multiple of what plain kafkajs took for the same topic in the same round. */
export function ratios({ scenario, runs }: Result, all: readonly Result[]): number[] {
  const beside = all.find((other) => other.scenario.topic === scenario.topic && other.scenario.way.plan === undefined);
  return runs.flatMap((run, round) => {
    const reference = beside?.runs[round];
    return reference === undefined ? [] : [cpuPerMillion(run) / cpuPerMillion(reference)];
  });
}

/** One group a topic. */
export function resultBars(results: readonly Result[]): BarGroup[] {
  const topics = [...new Set(results.map(({ scenario }) => scenario.topic))];
  return topics.map((topic) => ({
    name: `${topic.bytes} B ${topic.text}, ${topic.codec}`,
    bars: results
      .filter(({ scenario }) => scenario.topic === topic)
      .map(({ scenario, runs }) => ({
        name: scenario.way.name,
        ...summary(runs.map(cpuPerMillion)),
        reference: scenario.way.plan === undefined,
      })),
  }));
}

function cpuPerMillion({ cpuSeconds, records }: Measured): number {
  return (cpuSeconds / records) * 1e6;
}

function spread({ median, least, most }: Summary): string {
  return `${median.toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`;
}
