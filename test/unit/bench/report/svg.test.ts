import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barChart } from '../../../bench/report/bar-chart.ts';
import { lineChart } from '../../../bench/report/line-chart.ts';
import { svg, text, ticks } from '../../../bench/report/svg.ts';

describe('ticks', () => {
  it.each([
    [4.8, [0, 1, 2, 3, 4, 5]],
    [0.3, [0, 0.1, 0.2, 0.3]],
    [37, [0, 10, 20, 30, 40]],
    [0, [0, 1]],
  ])('of %d are %j', (most, expected) => {
    expect(ticks(most)).toEqual(expected);
  });

  it('reach the most and no further than one step, in a handful', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (most) => {
        const all = ticks(most);
        const last = all.at(-1) ?? 0;
        const step = all[1] ?? 0;
        expect(last).toBeGreaterThanOrEqual(most * (1 - 1e-6));
        expect(last - step).toBeLessThan(most);
        expect(all.length).toBeLessThanOrEqual(6);
      }),
    );
  });
});

describe('svg', () => {
  it('escapes what would be markup', () => {
    const drawn = svg(10, 10, 'a < b & "c"', [text(0, 0, '<script>')]);
    expect(drawn).toContain('aria-label="a &lt; b &amp; &quot;c&quot;"');
    expect(drawn).not.toContain('<script>');
  });

  it('has colours for dark pages too', () => {
    expect(svg(10, 10, 'x', [])).toContain('@media(prefers-color-scheme:dark)');
  });
});

const bar = (name: string, median: number, reference = false) => ({
  name,
  median,
  least: median,
  most: median,
  reference,
});
const widths = (drawn: string) => [...drawn.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));

describe('barChart', () => {
  it('draws bars as long as their medians are to each other', () => {
    const [reference = 0, half] = widths(
      barChart('CPU', [{ name: 'topic', bars: [bar('kafkajs', 4, true), bar('null', 2)] }]),
    );
    expect(half).toBeCloseTo(reference / 2, 0);
  });

  it('ends at the edge what would make the others too short, and still says how long it is', () => {
    const drawn = barChart('CPU', [{ name: 'topic', bars: [bar('kafkajs', 5, true), bar('gzip', 500)] }]);
    const [reference = 0, cut = 0] = widths(drawn);
    expect(cut / reference).toBeLessThanOrEqual(4);
    expect(drawn).toContain('>500.00</text>');
  });

  it('draws nothing of no results', () => {
    expect(widths(barChart('CPU', []))).toEqual([]);
  });
});

describe('lineChart', () => {
  const chart = (series: { name: string; points: { x: number; y: number }[] }[]) =>
    lineChart({
      title: 'Memory',
      xLabel: 'seconds',
      series,
      marks: [{ x: 1, name: 'hanging' }],
      limit: { y: 250, name: 'limit' },
    });
  const points = (drawn: string) =>
    [...drawn.matchAll(/points="([^"]*)"/g)].map(([, list = '']) =>
      list.split(' ').map((pair) => pair.split(',').map(Number)),
    );

  it('puts later to the right and more further up', () => {
    const [[first = [], second = []] = []] = points(
      chart([
        {
          name: 'rss',
          points: [
            { x: 0, y: 100 },
            { x: 10, y: 200 },
          ],
        },
      ]),
    );
    expect(second[0]).toBeGreaterThan(first[0] ?? Number.NaN);
    expect(second[1]).toBeLessThan(first[1] ?? Number.NaN);
  });

  it('names series, phases and the limit', () => {
    const drawn = chart([{ name: 'resident memory', points: [] }]);
    for (const name of ['resident memory', 'hanging', 'limit']) expect(drawn).toContain(`>${name}</text>`);
  });

  it('draws no coordinate that is not a number', () => {
    expect(chart([{ name: 'rss', points: [] }])).not.toContain('NaN');
  });
});
