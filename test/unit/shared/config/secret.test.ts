import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret, type SecretResolver, unresolvedSecrets } from '../../../../shared/config/secret.ts';
import { secretResolver } from '../../../../shared/config/secret-resolver.ts';
import { ConfigError } from '../../../../shared/errors.ts';

const PASSWORD = `\${env:PASSWORD}`;
const FILE = `\${file:/etc/secrets:oss.key}`;
const files: Record<string, string> = {
  '/etc/secrets': '# oss.key=commented\n! oss.key=too\nother=1\r\n oss.key = a=b \r\nempty=\n',
};
const resolver: SecretResolver = secretResolver({ PASSWORD: 'hunter2', EMPTY: '' }, (path) => {
  const text = files[path];
  if (text === undefined) throw Object.assign(new Error('hunter2 in a reader message'), { code: 'ENOENT' });
  return text;
});

function failure(text: string): ConfigError {
  try {
    new Secret(text, 'oss.access.key.secret').reveal(resolver);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('it resolved');
}

describe('what a secret shows', () => {
  const printed = (secret: Secret) => [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: { secret } }, { showHidden: true, depth: 9 }),
    Object.values(secret).join(),
  ];

  it('is [redacted] for a literal, whichever way it is printed', () => {
    const secret = new Secret('hunter2');
    expect(printed(secret).join('\n')).not.toContain('hunter2');
    expect(String(secret)).toBe('[redacted]');
    expect(inspect(secret)).toBe('Secret([redacted])');
  });

  it('is the reference for a reference, which is no secret', () => {
    expect(String(new Secret(PASSWORD))).toBe(PASSWORD);
    expect(JSON.stringify(new Secret(FILE))).toBe(JSON.stringify(FILE));
  });

  it('is only the references where there is text around them', () => {
    const secret = new Secret(`Bearer hunter${PASSWORD}x`);
    expect(printed(secret).join('\n')).not.toMatch(/hunter|Bearer/);
    expect(String(secret)).toBe(`[redacted]${PASSWORD}[redacted]`);
    expect(secret.isLiteral).toBe(false);
  });
});

describe('revealing', () => {
  it('gives literals, variables, lines of files, and text around them', () => {
    expect(new Secret('plain').reveal(resolver)).toBe('plain');
    expect(new Secret(PASSWORD).reveal(resolver)).toBe('hunter2');
    expect(new Secret(FILE).reveal(resolver)).toBe('a=b');
    expect(new Secret(`Bearer ${PASSWORD}, ${FILE}`).reveal(resolver)).toBe('Bearer hunter2, a=b');
    expect(new Secret(`price \${a}`).reveal(resolver)).toBe(`price \${a}`);
  });

  it('looks late: a secret that changes is followed', () => {
    const env: Record<string, string> = { PASSWORD: 'old' };
    const late = secretResolver(env, () => '');
    const secret = new Secret(PASSWORD);
    expect(secret.reveal(late)).toBe('old');
    env['PASSWORD'] = 'new';
    expect(secret.reveal(late)).toBe('new');
  });

  it.each([
    [`\${env:NOWHERE}`, 'environment variable NOWHERE is not set'],
    [`\${env:EMPTY}`, 'environment variable EMPTY is empty'],
    [`\${file:/nowhere:k}`, 'file /nowhere cannot be read (ENOENT)'],
    [`\${file:/etc/secrets:gone}`, 'no line "gone=..." in /etc/secrets'],
    [`\${file:/etc/secrets:empty}`, 'empty in /etc/secrets is empty'],
  ])('of %s that leads nowhere names key and reference', (reference, reason) => {
    expect(failure(reference).problems).toEqual([
      { key: 'oss.access.key.secret', message: `${reference} cannot be resolved: ${reason}` },
    ]);
  });

  it('that fails shows neither other secrets nor the text around', () => {
    expect(failure(`literal-${PASSWORD}-\${env:NOWHERE}`).message).not.toMatch(/hunter2|literal/);
    expect(failure(`\${file:/nowhere:k}`).message).not.toContain('hunter2');
  });
});

describe('malformed references', () => {
  it.each([
    [`\${env:}`, 'names no variable'],
    [`\${file:/etc/secrets}`, 'needs a path and a key'],
    [`\${file::key}`, 'needs a path and a key'],
    [`\${file:/etc/secrets:}`, 'needs a path and a key'],
    [`\${vault:x}`, 'unknown secret provider vault'],
    [`hunter2\${env:X`, 'not closed'],
  ])('%s is refused', (text, reason) => {
    expect(() => new Secret(text)).toThrow(reason);
    expect(() => new Secret(text)).not.toThrow('hunter2');
  });

  it('a path may hold colons', () => {
    const windows = secretResolver({}, (path) => (path === 'C:/s' ? 'k=v' : ''));
    expect(new Secret(`\${file:C:/s:k}`).reveal(windows)).toBe('v');
  });
});

it('equals what was written the same', () => {
  expect(new Secret('a').equals(new Secret('a', 'other.key'))).toBe(true);
  expect(new Secret('a').equals(new Secret('b'))).toBe(false);
});

it('unresolved secrets of a configuration are all found, by key', () => {
  const config = {
    name: 'orders',
    ok: new Secret(PASSWORD, 'ok'),
    lost: new Secret(`\${env:NOWHERE}`, 'lost'),
    also: new Secret(`\${file:/nowhere:k}`, 'also'),
    literal: new Secret('x', 'literal'),
    absent: undefined,
  };
  expect(unresolvedSecrets(config, resolver).map(({ key }) => key)).toEqual(['lost', 'also']);
});

describe('what a secret refers to', () => {
  it('is told in order', () => {
    expect(new Secret(`Bearer ${PASSWORD}${FILE}`).references).toEqual([
      { provider: 'env', name: 'PASSWORD' },
      { provider: 'file', path: '/etc/secrets', key: 'oss.key' },
    ]);
    expect(new Secret('literal').references).toEqual([]);
  });

  it.each([PASSWORD, `Bearer ${PASSWORD}`, `basic ${PASSWORD}`, `ApiKey ${FILE}`, PASSWORD + FILE])(
    'is all of %s that is secret',
    (text) => {
      expect(new Secret(text).isByReference).toBe(true);
    },
  );

  it.each([
    '',
    'hunter2',
    'Bearer ',
    'Bearer hunter2',
    `hunter2${PASSWORD}`,
    `${PASSWORD}x`,
    `Bearer  ${PASSWORD}`,
    `Bearer ${PASSWORD} x`,
  ])('is not all of %j', (text) => {
    expect(new Secret(text).isByReference).toBe(false);
  });
});
