/** Resolves secret references from an environment and from files of `key=value` lines. Both come in from outside. */
import type { SecretReference, SecretResolver } from './secret.ts';

function fromEnvironment(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = env[name];
  if (value === undefined) throw new Error(`environment variable ${name} is not set`);
  if (value === '') throw new Error(`environment variable ${name} is empty`);
  return value;
}

function fromLines(text: string, path: string, key: string): string {
  for (const line of text.split(/\r?\n/)) {
    const equals = line.indexOf('=');
    if (equals < 0 || /^\s*[#!]/.test(line) || line.slice(0, equals).trim() !== key) continue;
    const value = line.slice(equals + 1).trim();
    if (value === '') throw new Error(`${key} in ${path} is empty`);
    return value;
  }
  throw new Error(`no line "${key}=..." in ${path}`);
}

/** Resolver over `env` and `readText`, which returns a file's text and throws when it cannot be read. A file is read anew at
 *  each reveal, so that a rotated secret is picked up. */
export function secretResolver(
  env: Readonly<Record<string, string | undefined>>,
  readText: (path: string) => string,
): SecretResolver {
  return {
    readText,
    resolve(reference: SecretReference): string {
      if (reference.provider === 'env') return fromEnvironment(env, reference.name);
      let text: string;
      try {
        text = readText(reference.path);
      } catch (error) {
        // Only the code (ENOENT, EACCES): messages of readers may show contents.
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
        throw new Error(`file ${reference.path} cannot be read (${code})`);
      }
      return fromLines(text, reference.path, reference.key);
    },
  };
}
