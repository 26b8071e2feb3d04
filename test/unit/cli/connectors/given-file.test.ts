import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { givenFile, givenFiles } from '../../../../cli/connectors/given-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillway-given-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('givenFile', () => {
  it.each([
    ['a.yaml', 'name: a\ntasks.max: 2\n'],
    ['a.properties', 'name=a\ntasks.max=2\n'],
    ['a.json', '{"name":"a","config":{"tasks.max":2}}'],
  ])('reads %s', (name, text) => {
    const { config, name: connector } = givenFile(file(name, text));
    expect(connector).toBe('a');
    expect(
      Object.entries(config)
        .map(([key, value]) => `${key}=${value}`)
        .sort(),
    ).toEqual(['name=a', 'tasks.max=2']);
  });

  it('leaves out what a file says is not given', () => {
    expect(givenFile(file('null.yaml', 'name: a\ntopics:\n')).config).toEqual({ name: 'a' });
  });

  it('asks for a name', () => {
    expect(() => givenFile(file('nameless.yaml', 'topics: t\n'))).toThrow(/name: is missing/);
  });
});

describe('givenFiles', () => {
  it('refuses two files of one connector', () => {
    const paths = [file('one.yaml', 'name: a\n'), file('two.yaml', 'name: a\n')];
    expect(() => givenFiles(paths)).toThrow(/a is given by .*one\.yaml as well/);
  });
});
