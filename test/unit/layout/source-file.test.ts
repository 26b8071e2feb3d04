import { describe, expect, it } from 'vitest';
import { codeOnly, importsOf, packageOf, projectFiles } from '../../helpers/layout/source-file.ts';

function targets(text: string, path = 'shared/config/parse.ts'): string[] {
  return importsOf({ path, text }).map(({ target }) => target);
}

describe('importsOf', () => {
  it.each([
    ["import { a } from './a.ts';", 'shared/config/a.ts'],
    ["import type { A } from '../a.ts';", 'shared/a.ts'],
    ["import {\n  a,\n  type B,\n} from './a.ts';", 'shared/config/a.ts'],
    ["import * as fs from 'node:fs';", 'node:fs'],
    ["import './a.ts';", 'shared/config/a.ts'],
    ["export * from './a.ts';", 'shared/config/a.ts'],
    ["export { a } from './a.ts';", 'shared/config/a.ts'],
    ["const a = await import('../a.ts');", 'shared/a.ts'],
    ["const a = require('kafkajs/src/x');", 'kafkajs/src/x'],
  ])('reads %j', (text, target) => {
    expect(targets(text)).toEqual([target]);
  });

  it('reads each of several', () => {
    expect(targets("import a from 'a';\nimport b from 'b';\nexport const c = 1;\nimport 'd';")).toEqual([
      'a',
      'b',
      'd',
    ]);
  });

  it('does not read comments and strings', () => {
    expect(targets("// import a from 'a';\n/* import b from 'b'; */\nconst s = \"import c from 'c';\";")).toEqual([]);
  });
});

describe('codeOnly', () => {
  it('keeps code, also in templates, and drops comments and strings', () => {
    expect(codeOnly(`a('x', "y", \`\${z}\`); // b\n/* c */ d`)).toBe(`a('', '', \`\${z}\`);  \n  d`);
  });
});

describe('packageOf', () => {
  it.each([
    ['zod/v4', 'zod'],
    ['@node-rs/crc32', '@node-rs/crc32'],
    ['@elastic/elasticsearch/lib/x', '@elastic/elasticsearch'],
    ['node:fs/promises', 'node:fs'],
  ])('%s is of %s', (module, name) => {
    expect(packageOf(module)).toBe(name);
  });
});

describe('projectFiles', () => {
  it('sees the files that the rules are for', () => {
    const paths = projectFiles().map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'shared/records.ts',
        'infra/local/kafka/start-kafka.ts',
        'test/unit/layout/source-file.test.ts',
      ]),
    );
  });
});
