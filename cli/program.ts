/** The `spillway` command: parses, calls one function, exits 0 (done), 1 (refused or failed) or 2 (Kafka or the API out of reach). */
import { Command, CommanderError } from 'commander';
import './poison-buffers.ts';
import { doctorCommand } from './commands/doctor.ts';
import { errorsCommand } from './commands/errors.ts';
import { eventsCommand } from './commands/events.ts';
import { localCommand } from './commands/local.ts';
import { offsetsCommand } from './commands/offsets.ts';
import { previewCommand } from './commands/preview.ts';
import { runCommand } from './commands/run.ts';
import { validateCommand } from './commands/validate-command.ts';
import { exitCodeOf, explain } from './exit-code.ts';
import { packageVersion } from './version.ts';

const program = new Command('spillway')
  .description('Carries Kafka records into object storage and into your own functions, and loses none.')
  .version(packageVersion())
  .showHelpAfterError('(spillway COMMAND --help says more)')
  .exitOverride()
  .addCommand(runCommand())
  .addCommand(validateCommand())
  .addCommand(previewCommand())
  .addCommand(eventsCommand())
  .addCommand(errorsCommand())
  .addCommand(doctorCommand())
  .addCommand(offsetsCommand())
  .addCommand(localCommand());

try {
  await program.parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? 0 : 1;
  else {
    process.stderr.write(`${explain(thrown)}\n`);
    process.exitCode = exitCodeOf(thrown);
  }
}
