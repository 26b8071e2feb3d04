/** The file of users: who may sign in, how, and with which roles for which connectors. */
import { parse, YAMLParseError } from 'yaml';
import * as z from 'zod';
import { ConfigError, type ConfigProblem } from '../../../../shared/errors.ts';
import { ROLES } from './principal.ts';

const KEY = 'rest.users.file';
const NAME = /^[\w.@-]{1,64}$/;
const PATTERN = /^[\w.:*-]{1,128}$/;
/** More is not a file of users. */
const MOST_CHARACTERS = 1024 * 1024;

const patterns = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => (typeof given === 'string' ? given.split(',') : given).map((one) => one.trim()))
  .refine((list) => list.length > 0 && list.every((one) => PATTERN.test(one)), {
    message: "names of connectors with * for any characters, such as 'orders-*' or '*'",
  });

const user = z
  .strictObject({
    name: z.string().regex(NAME, 'a name of 1 to 64 letters, digits and "._@-"'),
    password: z.string().optional(),
    token: z.string().optional(),
    roles: z
      .partialRecord(z.enum(ROLES), patterns)
      .refine((roles) => Object.keys(roles).length > 0, { message: `at least one of ${ROLES.join(', ')}` }),
  })
  .refine(({ password, token }) => password !== undefined || token !== undefined, {
    message: 'neither password nor token; a user needs one of them, or both',
  });

const file = z.strictObject({ users: z.array(user) });

/** One user as the file says it; `password` and `token` are a hash or a secret reference. */
export type FileUser = z.infer<typeof user>;

/** The users of a file. YAML, of which JSON is a part.
 *  @param path for messages
 *  @throws ConfigError under `rest.users.file`; no message shows a password or a token */
export function readUsers(text: string, path: string): readonly FileUser[] {
  if (text.length > MOST_CHARACTERS) throw wrong(`${path} has more than ${MOST_CHARACTERS} characters`);
  const result = file.safeParse(parsed(text, path));
  if (!result.success) {
    throw new ConfigError(
      result.error.issues.map((issue) => problem(`${path}: ${placeOf(issue.path)}${issue.message}`)),
      'users',
    );
  }
  const { users } = result.data;
  const names = users.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw wrong(`${path} lists ${twice} twice; keep one`);
  return users;
}

function parsed(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (thrown) {
    if (!(thrown instanceof YAMLParseError)) throw thrown;
    // Its message shows the line, where a password may stand.
    const line = thrown.linePos?.[0].line;
    throw wrong(`${path} is no valid YAML${line === undefined ? '' : `, line ${line}`}`);
  }
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : `${path.map(String).join('.')}: `;
}

function wrong(message: string): ConfigError {
  return new ConfigError([problem(message)], 'users');
}

function problem(message: string): ConfigProblem {
  return { key: KEY, message };
}
