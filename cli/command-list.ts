/** The commands of `spillway`. What one is made of is loaded when it is asked for: all together take more time than most of them. */
import type { Command } from 'commander';

/** In the order in which help shows them. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./commands/run.ts')).runCommand(),
  worker: async () => (await import('./commands/worker.ts')).workerCommand(),
  connectors: async () => (await import('./commands/connectors.ts')).connectorsCommand(),
  validate: async () => (await import('./commands/validate-command.ts')).validateCommand(),
  preview: async () => (await import('./commands/preview.ts')).previewCommand(),
  events: async () => (await import('./commands/events.ts')).eventsCommand(),
  errors: async () => (await import('./commands/errors.ts')).errorsCommand(),
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  offsets: async () => (await import('./commands/offsets.ts')).offsetsCommand(),
  'hash-password': async () => (await import('./commands/hash-password.ts')).hashPasswordCommand(),
  local: async () => (await import('./commands/local.ts')).localCommand(),
  completion: async () => (await import('./commands/completion.ts')).completionCommand(() => loadCommands(undefined)),
};

/** The one that is named; all of them where that is none: for help, or for a name that nobody knows. */
export async function loadCommands(name: string | undefined): Promise<Command[]> {
  const named = COMMANDS[name ?? ''];
  const loads = named === undefined ? Object.values(COMMANDS) : [named];
  const commands: Command[] = [];
  for (const load of loads) commands.push(await load());
  return commands;
}
