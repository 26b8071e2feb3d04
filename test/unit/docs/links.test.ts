import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completionCommand } from '../../../cli/commands/completion.ts';
import { connectorsCommand } from '../../../cli/commands/connectors.ts';
import { doctorCommand } from '../../../cli/commands/doctor.ts';
import { errorsCommand } from '../../../cli/commands/errors.ts';
import { eventsCommand } from '../../../cli/commands/events.ts';
import { hashPasswordCommand } from '../../../cli/commands/hash-password.ts';
import { localCommand } from '../../../cli/commands/local.ts';
import { offsetsCommand } from '../../../cli/commands/offsets.ts';
import { previewCommand } from '../../../cli/commands/preview.ts';
import { runCommand } from '../../../cli/commands/run.ts';
import { validateCommand } from '../../../cli/commands/validate-command.ts';
import { workerCommand } from '../../../cli/commands/worker.ts';
import { pages } from './pages.ts';

const ROOT = join(import.meta.dirname, '../../..');
const all = pages();
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** Anchors of a page's headings, as forges make them. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

/** What is wrong with the link, or undefined. */
function brokenLink(from: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? from : posix.normalize(posix.join(posix.dirname(from), path));
  if (!existsSync(join(ROOT, target))) return `${from}: ${link} is not there`;
  if (anchor === undefined) return undefined;
  return anchors(readFileSync(join(ROOT, target), 'utf8')).includes(anchor) ? undefined : `${from}: no heading ${link}`;
}

describe.each([...all])('%s', (path, text) => {
  it('has links that lead somewhere', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((l) => !l.includes('://'));
    expect(links.map((link) => brokenLink(path, link)).filter((problem) => problem !== undefined)).toEqual([]);
  });

  it('names files, scripts and commands that exist', () => {
    const files = [...text.matchAll(/`((?:test|shared|functions|cli|infra|docs)\/[^`*<\s]*)`/g)].map(([, f = '']) => f);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    const scripts = [...text.matchAll(/\bnpm run ([a-z][a-z-]*)/g)].map(([, name = '']) => name);
    expect(scripts.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
    const commands = [
      runCommand(),
      validateCommand(),
      previewCommand(),
      eventsCommand(),
      errorsCommand(),
      ...errorsCommand().commands,
      doctorCommand(),
      offsetsCommand(),
      localCommand(),
      workerCommand(),
      connectorsCommand(),
      ...connectorsCommand().commands,
      completionCommand(async () => []),
      hashPasswordCommand(),
    ];
    const names = commands.map((command) => command.name());
    const options = new Set(commands.flatMap((command) => command.options.map(({ long }) => long)));
    for (const [line, name = '', rest = ''] of text.matchAll(/(?:^|`|npx )spillway ([a-z][a-z-]*)([^`\n#]*)/gm)) {
      expect([line, names.includes(name)]).toEqual([line, true]);
      for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect([line, options.has(option)]).toEqual([line, true]);
    }
  });

  it('has JSON examples that are JSON', () => {
    for (const [, json = ''] of text.matchAll(/```json\n([\s\S]*?)```/g)) expect(() => JSON.parse(json)).not.toThrow();
  });
});

it('every decision has a number of its own', () => {
  const numbers = readdirSync(join(ROOT, 'docs/decisions')).map((name) => /^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1]);
  expect(numbers).not.toContain(undefined);
  expect(new Set(numbers).size).toBe(numbers.length);
});

it('anchors are made as forges make them', () => {
  expect(anchors('# SIGTERM or Ctrl-C, and a second signal\n## `kill -9`, or the machine dies')).toEqual([
    'sigterm-or-ctrl-c-and-a-second-signal',
    'kill--9-or-the-machine-dies',
  ]);
});
