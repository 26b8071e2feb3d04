/** Pages of the documentation, and what tests look for in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** README and every page below `docs/`, but the generated ones, by path from the project's root. */
export function pages(): ReadonlyMap<string, string> {
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) =>
    posix.join('docs', path.replaceAll('\\', '/')),
  );
  const paths = ['README.md', ...below].filter((path) => path.endsWith('.md') && !path.startsWith('docs/config/'));
  return new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}

/** One page, by path from the project's root. */
export function page(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Cells of every table row whose first cell begins with code: that code first, then the other cells. */
export function tableRows(text: string): (readonly [code: string, ...cells: string[]])[] {
  return [...text.matchAll(/^\| `([^`]+)`[^|]*\|(.*)\|$/gm)].map(([, code = '', rest = '']) => [
    code,
    ...rest.split(/(?<!\\)\|/).map((cell) => cell.trim()),
  ]);
}

/** Fenced blocks by the name in the comment before them: `<!-- example: NAME -->`. */
export function examples(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/<!-- example: (.+?) -->\s*```\w*\n([\s\S]*?)\n```/g);
  return new Map([...found].map(([, name = '', block = '']) => [name, block]));
}
