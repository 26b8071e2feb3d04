import { afterEach, describe, expect, it, vi } from 'vitest';
import { hashPasswordCommand } from '../../../cli/commands/hash-password.ts';
import { readUsers } from '../../../functions/control-plane/rest/guard/users-file.ts';
import { readHash } from '../../../shared/credential-hash.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

async function printed(...args: string[]): Promise<string> {
  let out = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  await hashPasswordCommand().parseAsync(args, { from: 'user' });
  write.mockRestore();
  return out;
}

describe('spillway hash-password --token', () => {
  it('makes a token that its hash fits, another one each time', async () => {
    const [first, second] = [
      JSON.parse(await printed('--token', '--json')),
      JSON.parse(await printed('--token', '--json')),
    ];
    expect(first.secret).toMatch(/^[\w-]{43}$/);
    expect(await readHash(first.token)?.matches(first.secret)).toBe(true);
    expect(second.secret).not.toBe(first.secret);
  });

  it('prints a line for the file of users', async () => {
    const lines = await printed('--token');
    const file = [
      'users:',
      '- name: bot',
      '  roles: { viewer: "*" }',
      ...lines
        .trim()
        .split('\n')
        .map((line) => `  ${line}`),
    ].join('\n');
    expect(readUsers(file, '/users.yaml')).toEqual([
      expect.objectContaining({ token: expect.stringMatching(/^sha256:/) }),
    ]);
  });
});
