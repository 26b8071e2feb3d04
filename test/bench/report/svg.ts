/** What plots share. They are read on light and on dark pages: colours follow the reader's, the ground is the page's. */

const STYLE = `text{font:12px system-ui,sans-serif;fill:#24292f}.title{font-size:14px;font-weight:600}.quiet{fill:#57606a}
.axis{stroke:#d0d7de}.spread{stroke:#24292f}.reference{fill:#8c959f}.bar{fill:#0969da}
.line{fill:none;stroke-width:1.5}.line0{stroke:#0969da}.line1{stroke:#bf8700}.limit{stroke:#cf222e;stroke-dasharray:4 3}
.key0{fill:#0969da}.key1{fill:#bf8700}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.quiet{fill:#9198a1}.axis{stroke:#3d444d}.spread{stroke:#e6edf3}
.reference{fill:#7d8590}.bar{fill:#4493f8}.line0{stroke:#4493f8}.line1{stroke:#d29922}.limit{stroke:#f85149}
.key0{fill:#4493f8}.key1{fill:#d29922}}`;

/** A whole picture of these elements. */
export function svg(width: number, height: number, title: string, elements: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}</style>`,
    text(8, 20, title, 'title'),
    ...elements,
    '</svg>\n',
  ].join('\n');
}

export function text(x: number, y: number, content: string, style = '', anchor: 'start' | 'middle' | 'end' = 'start') {
  return `<text x="${round(x)}" y="${round(y)}" class="${style}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, style: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" class="${style}"/>`;
}

/** Multiples of a round number from 0 to the first that is not below `most`: about five of them. */
export function ticks(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const power = 10 ** Math.floor(Math.log10(most / 5));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each * 5 >= most) ?? power;
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** To tenths of a pixel. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
