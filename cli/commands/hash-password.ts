/** `spillway hash-password`: what the file of users holds in place of a password or a token. */
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { hashPassword, hashToken, SALT_BYTES } from '../../shared/credential-hash.ts';
import { ConfigError } from '../../shared/errors.ts';

const TOKEN_BYTES = 32;
const LEAST_CHARACTERS = 8;

export function hashPasswordCommand(): Command {
  return new Command('hash-password')
    .description('hash a password for the file of users (rest.users.file), or make a token')
    .option('--token', 'make a new random token, and print it with its hash', false)
    .option('--json', 'the result as JSON', false)
    .addHelpText('after', '\nThe password is asked for, or read from standard input: spillway hash-password < FILE')
    .action(async ({ token, json }: { readonly token: boolean; readonly json: boolean }) => {
      const made = token ? newToken() : { password: await hashPassword(await readPassword(), randomBytes(SALT_BYTES)) };
      process.stdout.write(json ? `${JSON.stringify(made)}\n` : lines(made));
    });
}

function newToken() {
  const secret = randomBytes(TOKEN_BYTES).toString('base64url');
  return { secret, token: hashToken(secret) };
}

/** A line to paste into the file; a token itself as a comment. */
function lines(made: { readonly secret?: string; readonly token?: string; readonly password?: string }): string {
  if (made.password !== undefined) return `password: ${made.password}\n`;
  return `token: ${made.token}\n# for who signs in with it (Authorization: Bearer ...), shown this once:\n# ${made.secret}\n`;
}

/** @throws ConfigError when it is empty or can be guessed at once */
async function readPassword(): Promise<string> {
  const password = process.stdin.isTTY === true ? await asked() : (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password.length >= LEAST_CHARACTERS) return password;
  const message = `has ${password.length} characters; take at least ${LEAST_CHARACTERS}`;
  throw new ConfigError([{ key: 'password', message }], 'hash-password');
}

/** Without showing what is typed. */
async function asked(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stderr.write('Password: ');
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
