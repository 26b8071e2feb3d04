/** The tree of commands, as completion needs it: each place where words may stand, and what may follow there. */
import type { Argument, Command, Option } from 'commander';

/** What a word stands for: one of some, a path, the name of a connector that a worker knows, or something nobody can guess. */
export type Words =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'files' | 'connectors' | 'anything' };

export interface PlaceOption {
  /** `-n`, `--limit`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Absent where it takes no value. */
  readonly value?: Words;
}

export interface Place {
  /** Commands that lead here, without `spillway`: none at the root. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly PlaceOption[];
  /** What stands here beside options; absent where nothing does. */
  readonly argument?: Words;
}

/** Every place below the commands, the root first. */
export function placesOf(commands: readonly Command[]): Place[] {
  const help = { flags: ['-h', '--help'], description: 'what there is to say' };
  const root = {
    path: [],
    commands: commands.map(named),
    options: [help, { flags: ['--version'], description: 'which one it is' }],
  };
  return [root, ...commands.flatMap((command) => placesBelow(command, []))];

  function placesBelow(command: Command, above: readonly string[]): Place[] {
    const path = [...above, command.name()];
    const [argument] = command.registeredArguments;
    const place = {
      path,
      commands: command.commands.map(named),
      options: [...command.options.filter(({ hidden }) => !hidden).map(optionOf), help],
      ...(argument === undefined ? {} : { argument: wordsOf(argument, path) }),
    };
    return [place, ...command.commands.flatMap((child) => placesBelow(child, path))];
  }
}

function named(command: Command) {
  return { name: command.name(), description: firstClause(command.description()) };
}

function optionOf(option: Option): PlaceOption {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  const takesValue = option.required || option.optional;
  return {
    flags,
    description: firstClause(option.description),
    ...(takesValue ? { value: wordsFor(option.argChoices, option.flags) } : {}),
  };
}

function wordsOf(argument: Argument, path: readonly string[]): Words {
  if (path[0] === 'connectors' && argument.name() === 'name') return { kind: 'connectors' };
  return wordsFor(argument.argChoices, argument.name());
}

function wordsFor(choices: readonly string[] | undefined, placeholder: string): Words {
  if (choices !== undefined) return { kind: 'choices', choices };
  return { kind: /file|dir|folder/.test(placeholder) ? 'files' : 'anything' };
}

/** Short enough for a line beside a word. */
function firstClause(description: string): string {
  return description.split(/[;:(\n]/, 1)[0]?.trim() ?? '';
}

/** Prints the names of connectors, a line each; nothing where no worker answers soon. */
export const CONNECTOR_NAMES = 'spillway connectors list --names --timeout 2 2>/dev/null';

/** For bash and zsh, and for fish, which reads a quoted quote alike: one word, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
