import { describe, expect, it } from 'vitest';
import { hasAccounts, readAccounts } from '../../../../../../functions/control-plane/rest/guard/account.ts';
import { readUsers } from '../../../../../../functions/control-plane/rest/guard/users-file.ts';
import type { RawConfig } from '../../../../../../shared/config/parse.ts';
import { secretResolver } from '../../../../../../shared/config/secret-resolver.ts';
import { parseWorker } from '../../../../../../shared/config/worker-keys.ts';
import { hashToken } from '../../../../../../shared/credential-hash.ts';
import { ConfigError } from '../../../../../../shared/errors.ts';

const worker = (raw: RawConfig) => parseWorker({ 'bootstrap.servers': 'k:9092', ...raw }).config;
const env = { LONG: 'a-token-that-is-long-enough', SHORT: 'short', ANNA: 'correct horse' };

function accounts(raw: RawConfig, file = '') {
  return readAccounts(
    worker(raw),
    secretResolver(env, () => file),
  );
}

function complaint(action: () => unknown): string {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof ConfigError)
      return thrown.problems.map(({ key, message }) => `${key}: ${message}`).join('\n');
    throw thrown;
  }
  return '';
}

describe('accounts', () => {
  it('are those of tokens in the settings', async () => {
    expect(hasAccounts(worker({}))).toBe(false);
    const raw = { 'rest.operator.token': '${env:LONG}' };
    expect(hasAccounts(worker(raw))).toBe(true);
    const [operator] = accounts(raw);
    expect(await operator?.token?.matches(env.LONG)).toBe(true);
    expect(await operator?.password?.matches(env.LONG)).toBe(true);
    expect(await operator?.token?.matches(`${env.LONG}x`)).toBe(false);
    const may = operator?.principal;
    expect([may?.name, may?.may('viewer', 'x'), may?.may('operator', 'x'), may?.may('admin', 'x')]).toEqual([
      'operator',
      true,
      true,
      false,
    ]);
  });

  it('are not those of tokens that can be guessed', () => {
    expect(complaint(() => accounts({ 'rest.admin.token': '${env:SHORT}' }))).toBe(
      'rest.admin.token: has 5 characters and can be guessed; take at least 16 random ones',
    );
    expect(complaint(() => accounts({ 'rest.admin.token': '${env:NONE}' }))).toMatch(/^rest\.admin\.token: .*NONE/);
  });

  it('are those of the file, with roles for patterns of names', async () => {
    const file = `users:
  - name: anna
    password: \${env:ANNA}
    roles: { viewer: '*', operator: 'orders-*, billing' }
  - name: bot
    token: ${hashToken('the token of the bot')}
    roles: { admin: [eu-*] }
`;
    const [anna, bot] = accounts({ 'rest.users.file': '/users.yaml' }, file);
    expect(await anna?.password?.matches('correct horse')).toBe(true);
    expect(anna?.token).toBeUndefined();
    const who = anna?.principal;
    expect([who?.may('operator', 'orders-1'), who?.may('operator', 'billing'), who?.may('operator', 'other')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([who?.mayAll('viewer'), who?.mayAll('operator'), who?.mayAny('operator'), who?.mayAny('admin')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(await bot?.token?.matches('the token of the bot')).toBe(true);
    expect(await bot?.password?.matches('the token of the bot')).toBe(true);
    expect([bot?.principal.may('viewer', 'eu-1'), bot?.principal.may('viewer', 'us-1')]).toEqual([true, false]);
  });

  it.each([
    ['hunter2', /password of anna stands there in clear, or is no hash; expected its hash/],
    ['x${env:ANNA}', /stands there in clear/],
    ['${env:NONE}', /NONE/],
    ['scrypt:3:8:1:AAAAAAAAAAAAAAAAAAAAAA==:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', /no hash/],
    ['scrypt:1073741824:8:1:AAAAAAAAAAAAAAAAAAAAAA==:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', /no hash/],
  ])('does not take the password %j', (password, message) => {
    const file = `users: [{ name: anna, password: '${password}', roles: { viewer: '*' } }]`;
    const said = complaint(() => accounts({ 'rest.users.file': '/users.yaml' }, file));
    expect(said).toMatch(message);
    expect(said).not.toContain('hunter2');
  });

  it('do not take a name that a token of the settings has', () => {
    const file = "users: [{ name: admin, password: '${env:ANNA}', roles: { viewer: '*' } }]";
    expect(complaint(() => accounts({ 'rest.users.file': '/u', 'rest.admin.token': '${env:LONG}' }, file))).toMatch(
      /lists admin, which rest\.admin\.token/,
    );
  });

  it('say what keeps the file from being read', () => {
    const secrets = secretResolver(env, () => {
      throw Object.assign(new Error('the text of the file'), { code: 'EACCES' });
    });
    expect(complaint(() => readAccounts(worker({ 'rest.users.file': '/users.yaml' }), secrets))).toBe(
      'rest.users.file: /users.yaml cannot be read (EACCES)',
    );
  });
});

describe('the file of users', () => {
  it.each([
    ['users: [', /^rest\.users\.file: \/u is no valid YAML, line \d+$/],
    ['people: []', /unrecognized key|expected array/i],
    ["users: [{ name: 'a b', password: hunter2, roles: { viewer: '*' } }]", /users\.0\.name: a name of 1 to 64/],
    ["users: [{ name: a, roles: { viewer: '*' } }]", /users\.0: neither password nor token/],
    ['users: [{ name: a, password: hunter2, roles: {} }]', /users\.0\.roles: at least one of viewer, operator, admin/],
    ["users: [{ name: a, password: hunter2, roles: { root: '*' } }]", /users\.0\.roles/],
    ["users: [{ name: a, password: hunter2, roles: { viewer: '' } }]", /users\.0\.roles\.viewer: names of connectors/],
    ["users: [{ name: a, pasword: hunter2, roles: { viewer: '*' } }]", /users\.0: .*pasword/],
    [
      "users: [{ name: a, token: x, roles: { viewer: '*' } }, { name: a, token: y, roles: { viewer: '*' } }]",
      /lists a twice/,
    ],
  ])('is refused: %s', (text, message) => {
    const said = complaint(() => readUsers(text, '/u'));
    expect(said).toMatch(message);
    expect(said).not.toContain('hunter2');
  });

  it('may be JSON', () => {
    expect(readUsers('{"users":[{"name":"a","token":"t","roles":{"viewer":"*"}}]}', '/u')).toHaveLength(1);
  });
});
