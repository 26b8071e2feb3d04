/** Lines over time, as SVG. */
import { line, round, svg, text, ticks } from './svg.ts';

export interface Series {
  readonly name: string;
  /** In order of `x`. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  /** At most two: that many colours there are. */
  readonly series: readonly Series[];
  /** Where something begins. */
  readonly marks: readonly { readonly x: number; readonly name: string }[];
  /** What is not to be passed. */
  readonly limit: { readonly y: number; readonly name: string };
}

const WIDTH = 760;
const HEIGHT = 360;
const LEFT = 48;
const RIGHT = 16;
const TOP = 56;
const BOTTOM = 44;

export function lineChart({ title, xLabel, series, marks, limit }: LineChart): string {
  const points = series.flatMap((each) => each.points);
  const lastX = Math.max(1, ...points.map(({ x }) => x));
  const scale = ticks(Math.max(limit.y, ...points.map(({ y }) => y)));
  const toX = (x: number) => LEFT + (x / lastX) * (WIDTH - LEFT - RIGHT);
  const toY = (y: number) => HEIGHT - BOTTOM - (y / (scale.at(-1) ?? 1)) * (HEIGHT - TOP - BOTTOM);
  const ground = toY(0);
  return svg(WIDTH, HEIGHT, title, [
    ...scale.flatMap((y) => [
      line(LEFT, toY(y), WIDTH - RIGHT, toY(y), 'axis'),
      text(LEFT - 6, toY(y) + 4, String(y), 'quiet', 'end'),
    ]),
    ...ticks(lastX)
      .filter((x) => x <= lastX)
      .map((x) => text(toX(x), ground + 16, String(x), 'quiet', 'middle')),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, xLabel, 'quiet', 'middle'),
    ...marks.flatMap(({ x, name }) => [
      line(toX(x), TOP, toX(x), ground, 'axis'),
      text(toX(x) + 4, TOP - 4, name, 'quiet'),
    ]),
    line(LEFT, toY(limit.y), WIDTH - RIGHT, toY(limit.y), 'limit'),
    text(WIDTH - RIGHT, toY(limit.y) - 5, limit.name, 'quiet', 'end'),
    ...series.flatMap(({ name, points: own }, i) => [
      `<polyline class="line line${i}" points="${own.map(({ x, y }) => `${round(toX(x))},${round(toY(y))}`).join(' ')}"/>`,
      `<rect x="${LEFT + i * 160}" y="28" width="10" height="10" class="key${i}"/>`,
      text(LEFT + 14 + i * 160, 37, name),
    ]),
  ]);
}
