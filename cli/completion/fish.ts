/** Completion for fish. */
import { CONNECTOR_NAMES, type Place, quoted, type Words } from './places.ts';

/** A script to be sourced, or kept as `~/.config/fish/completions/spillway.fish`. */
export function fishScript(places: readonly Place[]): string {
  const paths = places.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(' ')));
  return `# spillway completion for fish. In ~/.config/fish/config.fish: spillway completion fish | source
function __spillway_at
  set -l at
  for word in (commandline -opc)[2..]
    contains -- (string join -- ' ' $at $word) ${paths.join(' ')}; and set -a at $word
  end
  test "$at" = "$argv[1]"
end
complete -c spillway -f
${places.flatMap(placeLines).join('\n')}
`;
}

function placeLines({ path, commands, options, argument }: Place): string[] {
  const here = `complete -c spillway -n ${quoted(`__spillway_at ${quoted(path.join(' '))}`)}`;
  return [
    ...commands.map(({ name, description }) => `${here} -a ${name} -d ${quoted(description)}`),
    ...(argument === undefined || argument.kind === 'anything' ? [] : [`${here} ${wordsText(argument)}`]),
    ...options.map(({ flags, description, value }) => {
      const named = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
      const values = value === undefined ? '' : ` ${value.kind === 'files' ? '-r' : '-x'} ${wordsText(value)}`;
      return `${here} ${named.join(' ')} -d ${quoted(description)}${values}`;
    }),
  ];
}

function wordsText(words: Words): string {
  if (words.kind === 'choices') return `-a ${quoted(words.choices.join(' '))}`;
  if (words.kind === 'files') return '-F';
  if (words.kind === 'connectors') return `-a ${quoted(`(${CONNECTOR_NAMES})`)}`;
  return '';
}
