/** Completion for bash. */
import { CONNECTOR_NAMES, type Place, quoted, type Words } from './places.ts';

/** A script to be sourced. */
export function bashScript(places: readonly Place[]): string {
  const commands = places
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => `    ${quoted(at(path))}) at="$at $word" ;;`);
  const values = places.flatMap(({ path, options }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined
        ? []
        : [`    ${flags.map((flag) => quoted(`${at(path)} ${flag}`)).join(' | ')}) ${wordsText(value)}; return ;;`],
    ),
  );
  return `# spillway completion for bash. In ~/.bashrc: source <(spillway completion bash)
_spillway() {
  local at='' word cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
${commands.map((line) => `  ${line}`).join('\n')}
    esac
  done
  case "$at $before" in
${values.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case "$at" in
${places.map(optionsText).join('\n')}
    esac
    return
  fi
  case "$at" in
${places.flatMap(placeText).join('\n')}
  esac
}
complete -F _spillway spillway
`;
}

function at(path: readonly string[]): string {
  return path.map((word) => ` ${word}`).join('');
}

function optionsText({ path, options }: Place): string {
  return `      ${quoted(at(path))}) ${oneOf(options.flatMap(({ flags }) => flags))} ;;`;
}

function placeText({ path, commands, argument }: Place): string[] {
  if (commands.length > 0) return [`    ${quoted(at(path))}) ${oneOf(commands.map(({ name }) => name))} ;;`];
  return argument === undefined || argument.kind === 'anything'
    ? []
    : [`    ${quoted(at(path))}) ${wordsText(argument)} ;;`];
}

function wordsText(words: Words): string {
  if (words.kind === 'choices') return oneOf(words.choices);
  if (words.kind === 'files') return 'compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur")';
  if (words.kind === 'connectors') return `mapfile -t COMPREPLY < <(compgen -W "$(${CONNECTOR_NAMES})" -- "$cur")`;
  return ':';
}

function oneOf(words: readonly string[]): string {
  return `mapfile -t COMPREPLY < <(compgen -W ${quoted(words.join(' '))} -- "$cur")`;
}
