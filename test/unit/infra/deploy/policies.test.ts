import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OSS_RIGHTS } from '../../../../functions/oss-sink/rights.ts';
import { examples, page } from '../../docs/pages.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const FOLDER = join(ROOT, 'infra', 'policies');

interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Principal?: { readonly Service: readonly string[] };
}

const policies = new Map(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const { Version, Statement } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as {
        readonly Version: string;
        readonly Statement: readonly Statement[];
      };
      return [name, { version: Version, statements: Statement }] as const;
    }),
);
const actionsOf = (name: string) => (policies.get(name)?.statements ?? []).flatMap(({ Action }) => Action).sort();

/** Rows of the section's tables, cells without code marks. */
function rowsOf(heading: string): string[][] {
  const [, section = ''] = page('docs/deploy.md').split(`\n## ${heading}\n`);
  const [body = ''] = section.split(/\n## /);
  return [...body.matchAll(/^\|(.*)\|$/gm)].map(([, row = '']) =>
    row.split('|').map((cell) => cell.trim().replaceAll('`', '')),
  );
}

describe.each([...policies])('infra/policies/%s', (name, { version, statements }) => {
  it('allows single actions, on resources that it names', () => {
    expect(version).toBe('1');
    for (const { Effect, Action, Resource, Principal } of statements) {
      expect(Effect).toBe('Allow');
      for (const action of Action) expect(action).toMatch(/^[a-z]+:[A-Z]\w+$/);
      expect(Resource ?? Principal?.Service).not.toHaveLength(0);
    }
  });

  it('has its reasons in docs/deploy.md, each action in a row', () => {
    const told = rowsOf('Permissions').filter(([file]) => file === name);
    expect(told.flatMap(([, actions = '']) => actions.split(', ')).sort()).toEqual(actionsOf(name));
    for (const [, , why = ''] of told) expect(why.length).toBeGreaterThan(10);
  });
});

it('oss-sink.json allows what the client of the sink requests, and nothing else', () => {
  expect(actionsOf('oss-sink.json')).toEqual([...new Set<string>(Object.values(OSS_RIGHTS))].sort());
  const requests = rowsIn('docs/oss-sink.md').filter(([request]) => Object.hasOwn(OSS_RIGHTS, request ?? ''));
  expect(Object.fromEntries(requests.map(([request, , needs]) => [request, needs]))).toEqual(OSS_RIGHTS);
  const [, json = ''] = /```json\n(\{\s+"Version"[^`]*)```/.exec(page('docs/oss-sink.md')) ?? [];
  expect(JSON.parse(json)).toEqual(JSON.parse(readFileSync(join(FOLDER, 'oss-sink.json'), 'utf8')));
});

it('dispatcher.json allows the operations of Function Compute that the invoker calls', () => {
  const folder = join(ROOT, 'functions/dispatcher/invokers/fc');
  const files = new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
  const signed = (files.get('api-v3.ts') ?? '').matchAll(/(\w+): \([^)]*\) =>\s*signed\([^;]*?'([A-Z]\w+)'/g);
  // What looks for `spillway doctor` has the credentials of a person.
  const callers = [...files].filter(([file]) => !/^(api-.*|fc-api|probe)\.ts$/.test(file)).map(([, text]) => text);
  const called = [...signed].filter(([, method]) => callers.some((text) => text.includes(`.${method}(`)));
  expect(called.map(([, , operation]) => `fc:${operation}`).sort()).toEqual(actionsOf('dispatcher.json'));
});

it('kafka-resources.json allows the calls of the OpenAPI that the dispatcher makes', () => {
  const text = readFileSync(join(ROOT, 'shared/kafka/alikafka/ram-statement.ts'), 'utf8');
  const actions = [...text.matchAll(/'(alikafka:\w+)'/g)].map(([, action]) => action);
  expect(actions.length).toBeGreaterThan(2);
  expect(actions.sort()).toEqual(actionsOf('kafka-resources.json'));
});

it('maxcompute-grants.sql grants what docs/maxcompute-sink.md says that the sink needs', () => {
  const granted = (text: string) =>
    [...text.matchAll(/^GRANT (.+) ON (\w+)/gm)].map(([, rights, on]) => `${rights} ${on}`);
  expect(granted(readFileSync(join(FOLDER, 'maxcompute-grants.sql'), 'utf8'))).toEqual(
    granted(page('docs/maxcompute-sink.md')),
  );
});

it('docs/deploy.md gives each role of infra/s.base.yaml its policies', () => {
  const roles = [...readFileSync(join(ROOT, 'infra/s.base.yaml'), 'utf8').matchAll(/^ {4}role: (\S+)$/gm)];
  const told = rowsOf('Permissions').filter(([role = '']) => role.startsWith('spillway-'));
  expect(told.map(([role]) => role).sort()).toEqual(roles.map(([, role]) => role).sort());
  for (const [, files = ''] of told) {
    for (const file of files.split(', ')) expect([...policies.keys(), 'maxcompute-grants.sql']).toContain(file);
  }
  const [commands = ''] = [examples(page('docs/deploy.md')).get('roles')];
  for (const [role = '', files = ''] of told) {
    const attached = files.split(', ').filter((file) => file.endsWith('.json'));
    expect(commands).toContain(`role ${role} ${attached.map((file) => file.replace('.json', '')).join(' ')}\n`);
  }
});

function rowsIn(path: string): string[][] {
  return [...page(path).matchAll(/^\|(.*)\|$/gm)].map(([, row = '']) =>
    row.split('|').map((cell) => cell.trim().replaceAll('`', '')),
  );
}
