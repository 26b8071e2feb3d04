/** Completion for zsh. */
import { CONNECTOR_NAMES, type Place, quoted, type Words } from './places.ts';

/** A script to be sourced, or kept as `_spillway` in a folder of `fpath`. */
export function zshScript(places: readonly Place[]): string {
  const commands = places
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => `      (${quoted(at(path))}) at="$at $word" ;;`);
  const values = places.flatMap(({ path, options }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined
        ? []
        : [`    (${flags.map((flag) => quoted(`${at(path)} ${flag}`)).join('|')}) ${wordsText(value)}; return ;;`],
    ),
  );
  return `#compdef spillway
# spillway completion for zsh. In ~/.zshrc, after compinit: source <(spillway completion zsh)
_spillway() {
  local at='' word
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
${commands.join('\n')}
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    case "$at" in
${places.map(optionsText).join('\n')}
    esac
    return
  fi
  case "$at" in
${places.flatMap(placeText).join('\n')}
  esac
}
if [[ \${funcstack[1]} == _spillway ]]; then _spillway; else compdef _spillway spillway; fi
`;
}

function at(path: readonly string[]): string {
  return path.map((word) => ` ${word}`).join('');
}

function optionsText({ path, options }: Place): string {
  const described = options.flatMap(({ flags, description }) => flags.map((flag) => ({ name: flag, description })));
  return `      (${quoted(at(path))}) ${oneOf('option', described)} ;;`;
}

function placeText({ path, commands, argument }: Place): string[] {
  if (commands.length > 0) return [`    (${quoted(at(path))}) ${oneOf('command', commands)} ;;`];
  return argument === undefined || argument.kind === 'anything'
    ? []
    : [`    (${quoted(at(path))}) ${wordsText(argument)} ;;`];
}

function wordsText(words: Words): string {
  if (words.kind === 'choices') return `compadd -- ${words.choices.map(quoted).join(' ')}`;
  if (words.kind === 'files') return '_files';
  if (words.kind === 'connectors') return `compadd -- \${(f)"$(${CONNECTOR_NAMES})"}`;
  return '_message value';
}

/** `_describe` parts a word from its description at the first colon that has no backslash. */
function oneOf(what: string, words: readonly { readonly name: string; readonly description: string }[]): string {
  const entries = words.map(({ name, description }) => quoted(`${name.replaceAll(':', '\\:')}:${description}`));
  return `found=(${entries.join(' ')}); _describe ${what} found`;
}
