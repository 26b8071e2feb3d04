/** Groups of horizontal bars, as SVG. */
import type { Summary } from './statistics.ts';
import { line, round, svg, text, ticks } from './svg.ts';

export interface Bar extends Summary {
  readonly name: string;
  /** What the others are compared with; drawn apart. */
  readonly reference: boolean;
}

export interface BarGroup {
  readonly name: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 760;
const LEFT = 130;
const RIGHT = 60;
const TOP = 34;
const ROW = 18;
const GROUP_HEAD = 26;

/** Of the longest reference bar; what is longer ends at the edge, or it would leave the others too short to compare. */
const LONGEST = 2;

/** Bars as long as medians, with a line from least to most, and the median as a figure. */
export function barChart(title: string, groups: readonly BarGroup[]): string {
  const all = groups.flatMap(({ bars }) => bars);
  const longest = Math.max(0, ...all.map(({ most }) => most));
  const reference = Math.max(0, ...all.filter((bar) => bar.reference).map(({ most }) => most));
  const scale = ticks(reference > 0 ? Math.min(longest, LONGEST * reference) : longest);
  const end = scale.at(-1) ?? 1;
  const at = (value: number) => LEFT + Math.min(1, value / end) * (WIDTH - LEFT - RIGHT);
  const bottom = TOP + groups.length * GROUP_HEAD + all.length * ROW + 8;
  const elements = scale.flatMap((value) => [
    line(at(value), TOP, at(value), bottom, 'axis'),
    text(at(value), bottom + 16, String(value), 'quiet', 'middle'),
  ]);
  let y = TOP;
  for (const { name, bars } of groups) {
    y += GROUP_HEAD;
    elements.push(text(8, y - 7, name, 'title'));
    for (const bar of bars) {
      elements.push(...drawn(bar, y, at));
      y += ROW;
    }
  }
  return svg(WIDTH, bottom + 26, title, elements);
}

function drawn({ name, median, least, most, reference }: Bar, y: number, at: (value: number) => number): string[] {
  const middle = y + ROW / 2;
  return [
    text(LEFT - 8, middle + 4, name, '', 'end'),
    `<rect x="${LEFT}" y="${y + 2}" width="${round(at(median) - LEFT)}" height="${ROW - 4}" class="${reference ? 'reference' : 'bar'}"/>`,
    line(at(least), middle, at(most), middle, 'spread'),
    text(at(most) + 6, middle + 4, median.toFixed(2), 'quiet'),
  ];
}
