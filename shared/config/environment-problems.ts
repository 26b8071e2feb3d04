/** What is wrong with an environment, for who sets variables and knows no keys: each problem with its variable, all of them at once. */
import { ConfigError, type ConfigProblem } from '../errors.ts';
import { environmentName } from './environment.ts';

/** What `read` answers. `prefix` is that of the variables.
 *  @throws ConfigError of `read`, each problem with its variable */
export function namingVariables<T>(prefix: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    const withVariable = ({ key, message }: ConfigProblem) => ({
      key,
      message: `${message} (in the environment: ${environmentName(key, prefix)})`,
    });
    throw new ConfigError(thrown.problems.map(withVariable), thrown.subject);
  }
}

/** What each of `reads` answers.
 *  @throws ConfigError with the problems of all of them */
export function readTogether<T extends readonly unknown[]>(
  subject: string,
  ...reads: { readonly [I in keyof T]: () => T[I] }
): T {
  const problems: ConfigProblem[] = [];
  const answers = reads.map((read) => {
    try {
      return read();
    } catch (thrown) {
      if (!(thrown instanceof ConfigError)) throw thrown;
      problems.push(...thrown.problems);
      return undefined;
    }
  });
  if (problems.length > 0) throw new ConfigError(problems, subject);
  // Each of them answered.
  return answers as unknown as T;
}
