/** `spillway errors`: what is in the error topics, and the way back out of them. */
import { Command } from 'commander';
import { listCommand } from '../errors/list-command.ts';
import { redriveCommand } from '../errors/redrive-command.ts';
import { showCommand } from '../errors/show-command.ts';

export function errorsCommand(): Command {
  return new Command('errors')
    .description('list what is in the error topics, show a record, send records back')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(redriveCommand());
}
