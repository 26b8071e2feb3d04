/** Configuration files: `.json`, `.yaml`, `.yml`, `.properties`. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { RawConfig } from '../shared/config/parse.ts';
import { ConfigError, type ConfigProblem } from '../shared/errors.ts';
import { type Entry, type EntryValue, SyntaxProblem } from './config-file/entries.ts';
import { readJson } from './config-file/json.ts';
import { readProperties } from './config-file/properties.ts';
import { readYaml } from './config-file/yaml.ts';

const READERS: Readonly<Record<string, (text: string) => EntryValue>> = {
  '.json': readJson,
  '.yaml': readYaml,
  '.yml': readYaml,
  '.properties': readProperties,
};

/** Entries of a file, in its order.
 *  @throws ConfigError under the file's path: cannot be read, wrong extension, not of its format (with the line), no keys */
export function readEntries(path: string): readonly Entry[] {
  const read = READERS[extname(path).toLowerCase()];
  if (read === undefined) throw fileError(path, `expected a file that ends in ${Object.keys(READERS).join(', ')}`);
  const text = readText(path);
  let value: EntryValue;
  try {
    value = read(text);
  } catch (error) {
    if (error instanceof SyntaxProblem) throw fileError(path, `line ${error.line}: ${error.message}`);
    throw error;
  }
  if (value.kind !== 'map') throw fileError(path, 'expected keys and values, and nothing around them');
  if (value.entries.length === 0) throw fileError(path, 'has no keys in it');
  return value.entries;
}

/** Raw keys and values of flat entries. `null` values stay: they mean "not given".
 *  @throws ConfigError naming every key that is doubled (with the lines) or whose value is nested */
export function flatConfig(path: string, entries: readonly Entry[]): RawConfig {
  const lines = new Map<string, number[]>();
  const raw = new Map<string, string | null>();
  const problems: ConfigProblem[] = [];
  for (const { key, value, line } of entries) {
    lines.set(key, [...(lines.get(key) ?? []), line]);
    if (value.kind === 'scalar') raw.set(key, value.text);
    else
      problems.push({
        key,
        message: `line ${line}: expected text, a number, true or false, not a ${value.kind}${hint(value)}`,
      });
  }
  for (const [key, all] of lines) {
    if (all.length > 1) problems.push({ key, message: `is given on lines ${all.join(', ')}; keep one` });
  }
  if (problems.length > 0) throw new ConfigError(problems, path);
  return Object.fromEntries(raw);
}

function hint(value: EntryValue): string {
  return value.kind === 'list' ? '; write lists as a,b,c' : '; write keys in full, with dots';
}

/** A worker's file: flat keys and values.
 *  @throws ConfigError as `readEntries` and `flatConfig` do */
export function readWorkerFile(path: string): RawConfig {
  return flatConfig(path, readEntries(path));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw fileError(path, code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`);
  }
}

function fileError(path: string, message: string): ConfigError {
  return new ConfigError([{ key: path, message }], path);
}
