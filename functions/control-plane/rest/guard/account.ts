/** Users as they are signed in: from the file of users and from the tokens of the worker's settings. */
import { Secret, type SecretResolver } from '../../../../shared/config/secret.ts';
import type { WorkerConfig } from '../../../../shared/config/worker-keys.ts';
import { type CredentialHash, HASH_FORMS, hashOf, readHash } from '../../../../shared/credential-hash.ts';
import { ConfigError } from '../../../../shared/errors.ts';
import type { Principal } from '../route-access.ts';
import { principal, ROLES } from './principal.ts';
import { type FileUser, readUsers } from './users-file.ts';

export interface Account {
  readonly principal: Principal;
  /** For `Authorization: Basic`. */
  readonly password: CredentialHash | undefined;
  /** For `Authorization: Bearer`; always a fast one. */
  readonly token: CredentialHash | undefined;
}

/** A shorter one can be guessed. */
const LEAST_TOKEN_CHARACTERS = 16;

type AccessConfig = Pick<
  WorkerConfig,
  'rest.users.file' | 'rest.admin.token' | 'rest.operator.token' | 'rest.viewer.token'
>;

/** Whether the settings name anybody who could sign in. */
export function hasAccounts(worker: AccessConfig): boolean {
  return worker['rest.users.file'] !== undefined || ROLES.some((role) => worker[`rest.${role}.token`] !== undefined);
}

/** All of them, with what references lead to at this moment.
 *  @throws ConfigError with every problem: the file cannot be read or is wrong, a reference leads nowhere, a token is too short */
export function readAccounts(worker: AccessConfig, secrets: SecretResolver): readonly Account[] {
  const accounts = ROLES.flatMap((role) => {
    const token = worker[`rest.${role}.token`];
    return token === undefined ? [] : [accountOfToken(role, token.reveal(secrets))];
  });
  const path = worker['rest.users.file'];
  if (path === undefined) return accounts;
  const users = readUsers(textOf(path, secrets), path).map((user) => accountOfUser(user, path, secrets));
  const taken = users.find((user) => accounts.some((one) => one.principal.name === user.principal.name));
  if (taken !== undefined) {
    throw wrong(
      `${path} lists ${taken.principal.name}, which rest.${taken.principal.name}.token is the token of; rename one`,
    );
  }
  return [...accounts, ...users];
}

/** Signs in as a bearer of the token, and as a user who is called as the role, for clients that know passwords only. */
function accountOfToken(role: (typeof ROLES)[number], token: string): Account {
  if (token.length < LEAST_TOKEN_CHARACTERS) {
    const message = `has ${token.length} characters and can be guessed; take at least ${LEAST_TOKEN_CHARACTERS} random ones`;
    throw new ConfigError([{ key: `rest.${role}.token`, message }], 'worker settings');
  }
  const hash = hashOf(token);
  return { principal: principal(role, { [role]: ['*'] }), password: hash, token: hash };
}

function accountOfUser({ name, password, token, roles }: FileUser, path: string, secrets: SecretResolver): Account {
  const hashed = (what: 'password' | 'token', text: string | undefined) => {
    if (text === undefined) return undefined;
    const where = `${path}: ${what} of ${name}`;
    const hash = readHash(text) ?? hashOfReference(text, where, secrets);
    if (what === 'token' && hash.cost === 'slow') {
      throw wrong(`${where} is hashed by scrypt, and a token comes with every request; hash it as sha256:HEX`);
    }
    return hash;
  };
  const byToken = hashed('token', token);
  // Tools that know passwords only send the token as one.
  return { principal: principal(name, roles), password: hashed('password', password) ?? byToken, token: byToken };
}

function hashOfReference(text: string, where: string, secrets: SecretResolver): CredentialHash {
  const expected = `expected its hash (${HASH_FORMS}, printed by spillway hash-password) or a reference such as \${env:NAME}`;
  let secret: Secret;
  try {
    secret = new Secret(text, 'rest.users.file');
  } catch {
    throw wrong(`${where} is malformed; ${expected}`);
  }
  if (!secret.isByReference) throw wrong(`${where} stands there in clear, or is no hash; ${expected}`);
  return hashOf(secret.reveal(secrets));
}

function textOf(path: string, { readText }: SecretResolver): string {
  if (readText === undefined) throw wrong('no files can be read here; use rest.admin.token');
  try {
    return readText(path);
  } catch (thrown) {
    // Only the code (ENOENT, EACCES): messages of readers may show contents.
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unreadable';
    throw wrong(`${path} cannot be read (${code})`);
  }
}

function wrong(message: string): ConfigError {
  return new ConfigError([{ key: 'rest.users.file', message }], 'users');
}
