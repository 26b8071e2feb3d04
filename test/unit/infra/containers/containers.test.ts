import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDockerfile } from '../../../helpers/dockerfile.ts';

const ROOT = join(import.meta.dirname, '../../../..');
/** The folder that `npm run build` makes. */
const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.build.json'), 'utf8')) as {
  compilerOptions: { outDir: string };
};

describe.each([
  ['dispatcher', 'run'],
  ['control-plane', 'worker'],
])('the Dockerfile of the %s', (folder, command) => {
  const path = join(ROOT, 'infra/containers', folder, 'Dockerfile');
  const file = readDockerfile(path);

  it('copies what is there after a build, and nothing that is ignored', () => {
    expect(file.sources.length).toBeGreaterThan(3);
    const missing = file.sources.filter(
      (source) => source !== compilerOptions.outDir && !existsSync(join(ROOT, source)),
    );
    expect(missing).toEqual([]);
    const [everything, ...rules] = readFileSync(`${path}.dockerignore`, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(everything).toBe('*');
    const kept = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
    expect(kept.sort()).toEqual([...file.sources].sort());
  });

  it('starts the launcher that the package has, as nobody special, and gets signals itself', () => {
    const [node, launcher = '', ...args] = file.words('ENTRYPOINT');
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      bin: { spillway: string };
      engines: { node: string };
    };
    expect([node, launcher, ...args]).toEqual(['node', manifest.bin.spillway, command]);
    expect(file.words('CMD')).toEqual([]);
    expect(file.of('USER')).toEqual(['node']);
    expect(file.of('STOPSIGNAL')).toEqual(['SIGTERM']);
    expect(file.of('FROM')).toEqual([expect.stringMatching(/^node:20-/)]);
    expect(manifest.engines.node).toMatch(/^>=20/);
  });

  it('listens where the platform looks', () => {
    expect(file.of('ENV')).toContain('FC_CUSTOM_LISTEN_PORT=9000');
    expect(file.of('EXPOSE')).toEqual(['9000']);
  });
});
