import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { page } from '../../docs/pages.ts';

interface Template {
  readonly cpu: number;
  /** MB */
  readonly memorySize: number;
}

const base = readFileSync(join(import.meta.dirname, '../../../../infra/s.base.yaml'), 'utf8');
const { template } = parse(base, { merge: true }) as { readonly template: Readonly<Record<string, Template>> };
/** The formula of docs/deploy.md: units of a second, and of a call. */
const unitsOf = (name: string) => {
  const { cpu, memorySize } = template[name] ?? { cpu: Number.NaN, memorySize: Number.NaN };
  return Number((cpu + (memorySize / 1024) * 0.15).toFixed(6));
};
const CALL = 75 / 10_000;

it('docs/deploy.md counts costs with the sizes of infra/s.base.yaml', () => {
  const text = page('docs/deploy.md');
  expect(text).toContain(`43,200 × (${unitsOf('dispatcher')} × T + ${CALL})`);
  expect(text).toContain((30 * 86_400 * unitsOf('dispatcher')).toLocaleString('en-US'));
  expect(text).toContain(`B × (${unitsOf('oss_sink')} × S + ${CALL})`);
});
