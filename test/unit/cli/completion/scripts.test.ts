import { spawnSync } from 'node:child_process';
import { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { bashScript } from '../../../../cli/completion/bash.ts';
import { fishScript } from '../../../../cli/completion/fish.ts';
import { placesOf } from '../../../../cli/completion/places.ts';
import { zshScript } from '../../../../cli/completion/zsh.ts';

const commands = [
  new Command('run')
    .description('run it: now')
    .argument('[connector-file...]')
    .option('--worker <file>', "the worker's own; file"),
  new Command('connectors')
    .description('of workers')
    .addCommand(new Command('list').description('all').option('--limit <count>', 'how many'))
    .addCommand(
      new Command('pause')
        .description('wait')
        .argument('<name...>')
        .addOption(new Option('-s, --state <state>', 'which').choices(['paused', 'stopped'])),
    ),
];
const places = placesOf(commands);

describe('placesOf', () => {
  it('has every place, with what may follow there', () => {
    expect(places.map(({ path }) => path.join(' '))).toEqual([
      '',
      'run',
      'connectors',
      'connectors list',
      'connectors pause',
    ]);
    expect(places[1]).toMatchObject({
      argument: { kind: 'files' },
      options: [{ flags: ['--worker'], value: { kind: 'files' } }, {}],
    });
    expect(places[3]).toMatchObject({ options: [{ flags: ['--limit'], value: { kind: 'anything' } }, {}] });
    expect(places[4]).toMatchObject({
      argument: { kind: 'connectors' },
      options: [{ flags: ['-s', '--state'], value: { kind: 'choices', choices: ['paused', 'stopped'] } }, {}],
    });
  });
});

describe('bashScript', () => {
  const hasBash = spawnSync('bash', ['-c', 'type mapfile']).status === 0;
  /** What bash would offer for the last of the words. */
  const offered = (...words: string[]) => {
    const script = `spillway() { echo orders; echo payments; }; eval "$(cat)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _spillway; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...words], {
      input: bashScript(places),
      encoding: 'utf8',
    });
    // Outside of a completion there is none to set options of.
    expect(stderr.replaceAll(/.*compopt.*\n/g, '')).toBe('');
    return stdout.trim();
  };

  it.skipIf(!hasBash).each([
    [['spillway', ''], 'run connectors'],
    [['spillway', 'conn'], 'connectors'],
    [['spillway', 'connectors', ''], 'list pause'],
    [['spillway', 'connectors', 'list', '--l'], '--limit'],
    [['spillway', 'connectors', 'list', '--limit', ''], ''],
    [['spillway', 'connectors', 'pause', '--state', 's'], 'stopped'],
    [['spillway', 'connectors', 'pause', '-s', ''], 'paused stopped'],
    [['spillway', 'connectors', 'pause', 'o'], 'orders'],
    [['spillway', 'connectors', 'pause', 'orders', 'p'], 'payments'],
    [['spillway', 'run', 'tsconfig.j'], 'tsconfig.json'],
    [['spillway', 'run', '--worker', 'tsconfig.j'], 'tsconfig.json'],
  ])('offers %j', (words, expected) => {
    expect(offered(...words)).toBe(expected);
  });
});

describe('zshScript', () => {
  const script = zshScript(places);

  it('describes words, with what is special in them quoted', () => {
    expect(script).toContain("found=('run:run it' 'connectors:of workers'); _describe command found");
    expect(script).toContain("'--worker:the worker'\\''s own'");
  });

  it('asks for names, files and choices', () => {
    expect(script).toContain("(' connectors pause') compadd --");
    expect(script).toContain("(' run --worker') _files; return ;;");
    expect(script).toContain(
      "(' connectors pause -s'|' connectors pause --state') compadd -- 'paused' 'stopped'; return ;;",
    );
  });
});

describe('fishScript', () => {
  const lines = fishScript(places).split('\n');

  it('offers words where they may stand, and nowhere else', () => {
    expect(lines).toContain("complete -c spillway -n '__spillway_at '\\''connectors'\\''' -a pause -d 'wait'");
    expect(lines).toContain(
      "complete -c spillway -n '__spillway_at '\\''connectors pause'\\''' -s s -l state -d 'which' -x -a 'paused stopped'",
    );
    expect(lines).toContain("complete -c spillway -n '__spillway_at '\\''run'\\''' -F");
  });
});
