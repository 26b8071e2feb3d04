/** The `spillway` command: parses, calls one function, exits 0 (done), 1 (refused or failed) or 2 (Kafka or the API out of reach). */
import { Command, CommanderError } from 'commander';
import { loadCommands } from './command-list.ts';
import './poison-buffers.ts';
import { exitCodeOf, explain } from './exit-code.ts';
import { packageVersion } from './version.ts';

const program = new Command('spillway')
  .description('Carries Kafka records into object storage and into your own functions, and loses none.')
  .version(packageVersion())
  .showHelpAfterError('(spillway COMMAND --help says more)')
  .exitOverride();

for (const command of await loadCommands(process.argv[2])) program.addCommand(command);

try {
  await program.parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? 0 : 1;
  else {
    process.stderr.write(`${explain(thrown)}\n`);
    process.exitCode = exitCodeOf(thrown);
  }
}
