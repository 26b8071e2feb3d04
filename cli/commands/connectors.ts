/** `spillway connectors`: the REST API of the workers, for people. */
import { Command } from 'commander';
import { eventsCommand, logsCommand } from '../connectors/activity-commands.ts';
import { createCommand } from '../connectors/create-command.ts';
import { deleteCommand } from '../connectors/delete-command.ts';
import { errorsCommand } from '../connectors/errors-command.ts';
import { getCommand } from '../connectors/get-command.ts';
import { lagCommand } from '../connectors/lag-command.ts';
import { listCommand } from '../connectors/list-command.ts';
import { loggersCommand } from '../connectors/loggers-command.ts';
import { offsetsCommand } from '../connectors/offsets-command.ts';
import { pluginsCommand } from '../connectors/plugins-command.ts';
import { previewCommand } from '../connectors/preview-command.ts';
import { redriveCommand } from '../connectors/redrive-command.ts';
import { restartCommand } from '../connectors/restart-command.ts';
import { statusCommand } from '../connectors/status-command.ts';
import { targetCommands } from '../connectors/target-commands.ts';
import { testCommand } from '../connectors/test-command.ts';
import { topicsCommand } from '../connectors/topics-command.ts';
import { updateCommand } from '../connectors/update-command.ts';
import { validateCommand } from '../connectors/validate-command.ts';
import { workersCommand } from '../connectors/workers-command.ts';

export function connectorsCommand(): Command {
  const command = new Command('connectors').description('connectors of workers, through their REST API');
  const parts = [
    listCommand(),
    statusCommand(),
    getCommand(),
    validateCommand(),
    createCommand(),
    updateCommand(),
    ...targetCommands(),
    restartCommand(),
    deleteCommand(),
    offsetsCommand(),
    lagCommand(),
    testCommand(),
    previewCommand(),
    eventsCommand(),
    logsCommand(),
    errorsCommand(),
    redriveCommand(),
    topicsCommand(),
    pluginsCommand(),
    loggersCommand(),
    workersCommand(),
  ];
  for (const part of parts) command.addCommand(part);
  return command;
}
