/** The folder of somebody who writes a function of their own: the TypeScript example, with the packed package in its `node_modules`. */
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runTool } from '../../infra/local/foreign/tool.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

export interface AuthorsFolder {
  /** Has `index.ts` and what else the example has. */
  readonly path: string;
  /** Paths of what the package holds, from its root. */
  readonly packed: readonly string[];
  /** `tsc` with these arguments, run there.
   *  @throws ToolError with what it complains of */
  compile(...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** Builds `spillway/handler` as `npm run build` does, packs it, and installs it from the archive: no registry is asked, and no dependency of
 *  it is there. From outside it has only what an author would install beside it, Node's types. */
export async function makeAuthorsFolder(): Promise<AuthorsFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-author-'));
  const source = join(folder, 'package');
  const path = join(folder, 'orders-function');
  const modules = join(path, 'node_modules');
  await mkdir(join(modules, '@types'), { recursive: true });
  await mkdir(source);
  const compile = (cwd: string, args: readonly string[]) => runTool(process.execPath, [TSC, ...args], { cwd });
  await Promise.all([
    cp(join(ROOT, 'package.json'), join(source, 'package.json')),
    cp(join(ROOT, 'docs', 'examples'), join(source, 'docs', 'examples'), { recursive: true }),
    compile(ROOT, ['-p', 'tsconfig.handler.json', '--emitDeclarationOnly', 'false', '--outDir', join(source, 'dist')]),
  ]);
  const pack = await runTool('npm', ['pack', '--json', '--ignore-scripts', '--offline', '--pack-destination', folder], {
    cwd: source,
  });
  const [archive] = JSON.parse(pack) as { readonly filename: string; readonly files: { readonly path: string }[] }[];
  if (archive === undefined) throw new Error(`npm pack made nothing: ${pack}`);
  await runTool('tar', ['-xzf', join(folder, archive.filename), '-C', modules]);
  await runTool('mv', [join(modules, 'package'), join(modules, 'spillway')]);
  await cp(join(modules, 'spillway', 'docs', 'examples', 'typescript-function'), path, { recursive: true });
  await symlink(join(ROOT, 'node_modules', '@types', 'node'), join(modules, '@types', 'node'));
  await symlink(join(ROOT, 'node_modules', 'undici-types'), join(modules, 'undici-types'));
  return {
    path,
    packed: archive.files.map((file) => file.path),
    compile: (...args) => compile(path, args),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
