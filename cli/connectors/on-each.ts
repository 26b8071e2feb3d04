/** One action on several connectors: what the API refuses for one does not keep the others from it. */
import { ApiRefused } from '../api/api-errors.ts';
import { printable } from '../shown-bytes.ts';

interface Outcome {
  readonly name: string;
  readonly done: boolean;
  readonly message: string;
}

/** Acts on each, in order, and prints what came of it: what was done on standard output, what was refused on standard error, with exit code 1.
 *  @param connectors by name
 *  @param act resolves with what to tell a person
 *  @throws what `act` throws when it is no refusal, once what came before is printed */
export async function onEach<T>(
  connectors: ReadonlyMap<string, T>,
  json: boolean,
  act: (connector: T) => Promise<string>,
): Promise<void> {
  const outcomes: Outcome[] = [];
  try {
    for (const [name, connector] of connectors) outcomes.push(await outcomeOf(name, () => act(connector)));
  } finally {
    if (json) process.stdout.write(`${JSON.stringify(outcomes)}\n`);
    for (const { name, done, message } of outcomes) {
      if (!done) process.exitCode = 1;
      const line = `${printable(`${name}: ${message}`)}\n`;
      if (!done) process.stderr.write(line);
      else if (!json) process.stdout.write(line);
    }
  }
}

/** Names alone, each once. */
export function named(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [name, name]));
}

async function outcomeOf(name: string, act: () => Promise<string>): Promise<Outcome> {
  try {
    return { name, done: true, message: await act() };
  } catch (thrown) {
    if (!(thrown instanceof ApiRefused)) throw thrown;
    return { name, done: false, message: thrown.message };
  }
}
