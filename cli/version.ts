/** Which version this is, from the package's own description. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside the sources the description is one folder up, beside `dist/cli` two. */
export function packageVersion(): string {
  const places = ['../package.json', '../../package.json'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = places.find((path) => existsSync(path));
  if (found === undefined) return 'unknown';
  return (JSON.parse(readFileSync(found, 'utf8')) as { version: string }).version;
}
