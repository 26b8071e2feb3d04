import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFiles } from '../../helpers/layout/source-file.ts';
import { DESIGNED_FAILURES, FAULT_CLASSES } from './failure-classes.ts';
import { page, tableRows } from './pages.ts';

const ROOT = join(import.meta.dirname, '../../..');
const text = page('docs/failures.md');
const [cases = '', notYet] = text.split('\n## Not yet\n');
const sections = cases.split('\n### ').slice(1);
/** Sources with the parts of a string that stands on several lines put together. */
const sources = projectFiles()
  .filter(({ path }) => !path.startsWith('test/'))
  .map((file) => file.text.replace(/['`] \+\s*['`]/g, ''))
  .join('\n');

describe('docs/failures.md', () => {
  it('says of every case what happens to the records, and which test proves it', () => {
    expect(sections.length).toBeGreaterThan(30);
    expect(notYet).toBeDefined();
    for (const section of sections) {
      const title = section.slice(0, section.indexOf('\n'));
      expect([title, section.includes('\n- **Records**: '), section.includes('\n- **Proved by** ')]).toEqual([
        title,
        true,
        true,
      ]);
    }
  });

  it('names tests that are there', () => {
    const paths = [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(sections.length);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('quotes log lines that the sources have', () => {
    const lines = [...text.replace(/\s+/g, ' ').matchAll(/`"([^"`]+)"`/g)].map(([, line = '']) => line);
    expect(lines.length).toBeGreaterThan(15);
    expect(lines.filter((line) => !sources.includes(line))).toEqual([]);
  });

  it('names codes that docs/errors.md explains, or Kafka has', () => {
    const known = new Set(tableRows(page('docs/errors.md')).map(([code]) => code));
    const codes = [...text.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g)].map(([, code = '']) => code);
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => !known.has(code))).toEqual(['INCONSISTENT_GROUP_PROTOCOL']);
  });

  it.each(FAULT_CLASSES)('has a heading for the fault class "%s", and names its test', (_class, heading, test) => {
    const section = sections.find((each) => each.startsWith(`${heading}\n`));
    expect(section).toContain(`\`test/fault/${test}.test.ts\``);
  });

  it.each(DESIGNED_FAILURES)('has headings for: %s', (_failure, ...headings) => {
    const titles = sections.map((section) => section.slice(0, section.indexOf('\n')));
    expect(headings.filter((heading) => !titles.includes(heading))).toEqual([]);
  });
});
