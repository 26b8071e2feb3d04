/** The `spillway` command: parses, calls one function, exits 0 (done), 1 (refused or failed) or 2 (Kafka or the API out of reach). */
import { Command, CommanderError } from 'commander';
import './poison-buffers.ts';
import { exitCodeOf, explain } from './exit-code.ts';
import { packageVersion } from './version.ts';

/** In the order in which help shows them. What a command is made of is loaded when it is asked for: all together take more time than most of them. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./commands/run.ts')).runCommand(),
  validate: async () => (await import('./commands/validate-command.ts')).validateCommand(),
  preview: async () => (await import('./commands/preview.ts')).previewCommand(),
  events: async () => (await import('./commands/events.ts')).eventsCommand(),
  errors: async () => (await import('./commands/errors.ts')).errorsCommand(),
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  offsets: async () => (await import('./commands/offsets.ts')).offsetsCommand(),
  local: async () => (await import('./commands/local.ts')).localCommand(),
};

const program = new Command('spillway')
  .description('Carries Kafka records into object storage and into your own functions, and loses none.')
  .version(packageVersion())
  .showHelpAfterError('(spillway COMMAND --help says more)')
  .exitOverride();

const named = COMMANDS[process.argv[2] ?? ''];
// Anything else is answered with all of them: help, or a name that nobody knows.
for (const load of named === undefined ? Object.values(COMMANDS) : [named]) program.addCommand(await load());

try {
  await program.parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? 0 : 1;
  else {
    process.stderr.write(`${explain(thrown)}\n`);
    process.exitCode = exitCodeOf(thrown);
  }
}
