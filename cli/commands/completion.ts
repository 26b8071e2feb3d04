/** `spillway completion`: what a shell needs to complete the words of `spillway`. */
import { Argument, Command } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { placesOf } from '../completion/places.ts';
import { zshScript } from '../completion/zsh.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

const HELP = `
Examples:
  source <(spillway completion bash)          # also in ~/.bashrc
  source <(spillway completion zsh)           # in ~/.zshrc, after compinit
  spillway completion fish | source           # in ~/.config/fish/config.fish`;

/** @param commands all there are */
export function completionCommand(commands: () => Promise<Command[]>): Command {
  return new Command('completion')
    .description('print what a shell needs to complete commands, options and names of connectors')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', HELP)
    .action(async (shell: keyof typeof SCRIPTS) => {
      process.stdout.write(SCRIPTS[shell](placesOf(await commands())));
    });
}
