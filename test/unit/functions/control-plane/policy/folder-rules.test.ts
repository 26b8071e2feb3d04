import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { permittedPath } from '../../../../../functions/control-plane/policy/folder-rules.ts';

let root: string;
const rules = (...folders: string[]) => ({
  folders: folders.map((folder) => join(root, folder)),
  setting: 'connector.secret.folders',
  realPath: realpathSync,
});

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'folder-rules-')));
  for (const folder of ['secrets/..data', 'secrets-of-others', 'elsewhere'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const file of ['secrets/..data/key', 'secrets-of-others/key', 'elsewhere/key'])
    writeFileSync(join(root, file), 'x');
  symlinkSync('..data/key', join(root, 'secrets/inside'));
  symlinkSync(join(root, 'elsewhere/key'), join(root, 'secrets/out'));
  symlinkSync(join(root, 'elsewhere'), join(root, 'secrets/out-folder'));
  symlinkSync(join(root, 'secrets'), join(root, 'link-to-secrets'));
});

afterAll(() => rmSync(root, { recursive: true }));

describe('permittedPath', () => {
  it('answers the file behind all links', () => {
    expect(permittedPath(join(root, 'secrets/inside'), rules('secrets'))).toBe(join(root, 'secrets/..data/key'));
  });

  it('takes a folder that is itself a link', () => {
    expect(permittedPath(join(root, 'link-to-secrets/inside'), rules('link-to-secrets'))).toBe(
      join(root, 'secrets/..data/key'),
    );
  });

  it('takes a file that is not there yet', () => {
    expect(permittedPath(join(root, 'secrets/later'), rules('secrets'))).toBe(join(root, 'secrets/later'));
  });

  it.each([
    'elsewhere/key',
    'secrets-of-others/key',
    'secrets/../elsewhere/key',
    'secrets/out',
    'secrets/out-folder/key',
    'secrets',
    'secrets/..',
  ])('refuses %s', (path) => {
    expect(() => permittedPath(`${root}/${path}`, rules('secrets'))).toThrow(
      /is not in a folder that connectors may read from: .*secrets \(connector\.secret\.folders\)$/,
    );
  });

  it('says the same of a file elsewhere whether or not it is there', () => {
    const said = (name: string) => {
      try {
        permittedPath(join(root, 'elsewhere', name), rules('secrets'));
        return '';
      } catch (thrown) {
        return (thrown as Error).message.replace(name, 'NAME');
      }
    };
    expect(said('key')).toBe(said('nothing'));
  });

  it('refuses a path that depends on where the worker was started', () => {
    expect(() => permittedPath('secrets/inside', rules('secrets'))).toThrow('secrets/inside is no absolute path');
  });

  it('says where folders are listed when none is', () => {
    expect(() => permittedPath('/etc/passwd', rules())).toThrow('connector.secret.folders of the worker lists none');
  });
});
